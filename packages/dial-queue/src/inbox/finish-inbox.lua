#!lua flags=allow-oom
-- Ends entries of the inbox: each that is still pending gets its fate, and its place among the
-- rejects if it is one, and leaves the inbox. Of several daemons that had the same entry in hand
-- only the first ends it. Runs even when Redis is full: an entry that goes has taken more than what
-- is written of it, and by this the inbox drains.
--
-- KEYS: inbox, rejects, fates of the entries' day ARGV: group, seconds that fates are kept, rejects
-- that are kept, number of entries, for each its stream id and its fate, then for each
--       reject among them stream id, campaign, code, reason and record
-- Answers: entries that are left in the inbox, then the stream ids of those ended here
local inbox, rejects, fates = unpack(KEYS)
local group, fates_for, most_rejects, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local ended, is_ended, fields = {}, {}, {}
local first_reject = 5 + 2 * count
for index = 5, first_reject - 1, 2 do
  local id = ARGV[index]
  if redis.call('XACK', inbox, group, id) == 1 then
    ended[#ended + 1] = id
    is_ended[id] = true
    fields[#fields + 1] = id
    fields[#fields + 1] = ARGV[index + 1]
  end
end
if #ended > 0 then
  redis.call('HSET', fates, unpack(fields))
  redis.call('EXPIRE', fates, fates_for)
  for index = first_reject, #ARGV, 5 do
    local id, campaign, code, reason, record = unpack(ARGV, index, index + 4)
    if is_ended[id] then
      redis.call('XADD', rejects, 'MAXLEN', '~', most_rejects, '*',
        'entry', id, 'campaign', campaign, 'code', code, 'reason', reason, 'call', record)
    end
  end
  redis.call('XDEL', inbox, unpack(ended))
end
return { redis.call('XLEN', inbox), unpack(ended) }
