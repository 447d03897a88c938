#!lua flags=allow-oom
-- Ends entries of the inbox. Each that is still pending gets its status, goes to the rejects if it
-- has a `code`, and leaves the inbox. If several daemons had the same entry in hand, only the first
-- ends it. Runs even when Redis is full: an entry takes more room than what is written of it, so
-- this makes room.
--
-- Answers: entries that are left in the inbox, then the stream ids of those ended here

local ended, ids, fields = {}, {}, {}
for _, entry in ipairs(entries) do
  if redis.call('XACK', inbox, group, entry.id) == 1 then
    ended[#ended + 1] = entry
    ids[#ids + 1] = entry.id
    fields[#fields + 1] = entry.id
    fields[#fields + 1] = entry.status
  end
end
if #ended > 0 then
  redis.call('HSET', statuses, unpack(fields))
  redis.call('EXPIRE', statuses, statuses_for_seconds)
  for _, entry in ipairs(ended) do
    if entry.code then
      redis.call('XADD', inbox_rejected, 'MAXLEN', '~', most_rejects, '*', 'entry', entry.id,
        'campaign', entry.campaign or '', 'code', entry.code, 'reason', entry.reason or '',
        'call', entry.call or '')
    end
  end
  redis.call('XDEL', inbox, unpack(ids))
end
return { redis.call('XLEN', inbox), unpack(ids) }
