#!lua flags=allow-oom
-- Ends entries of the inbox: each that is still pending gets its fate, and its place among the rejects if it is one, and leaves
-- the inbox. Of several daemons that had the same entry in hand only the first ends it. Runs even when Redis is full: an entry that
-- goes has taken more than what is written of it, and by this the inbox drains.
--
-- KEYS: inbox, rejects, what the keys of fates begin with
-- ARGV: group, seconds that fates are kept, rejects that are kept, then for each entry: stream id, its day, fate, and of a reject
--       code, reason, campaign and record, else four empty texts
-- Answers: entries that are left in the inbox, then the stream ids of those ended here
local inbox, rejects, fates = unpack(KEYS)
local group, fates_for, most_rejects = unpack(ARGV)

local answer, days = { 0 }, {}
for index = 4, #ARGV, 7 do
  local id, day, fate, code, reason, campaign, record = unpack(ARGV, index, index + 6)
  if redis.call('XACK', inbox, group, id) == 1 then
    redis.call('HSET', fates .. day, id, fate)
    days[day] = true
    if code ~= '' then
      redis.call('XADD', rejects, 'MAXLEN', '~', most_rejects, '*',
        'entry', id, 'campaign', campaign, 'code', code, 'reason', reason, 'call', record)
    end
    redis.call('XDEL', inbox, id)
    answer[#answer + 1] = id
  end
end
for day in pairs(days) do redis.call('EXPIRE', fates .. day, fates_for) end
answer[1] = redis.call('XLEN', inbox)
return answer
