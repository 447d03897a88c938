#!lua
-- A person has decided that these jobs are calls of ours. They go on the list of those to be queued
-- again, and whoever works through that list queues them.
--
-- Answers: how many there were to be queued

if redis.call('HEXISTS', state, 'archived') == 1 then return 0 end
local count = 0
for _, call in ipairs(calls) do
  local was_set_aside = redis.call('HDEL', set_aside, call.callId) == 1
  if was_set_aside and not is_over(read_entry(ledger, call.callId)) then
    redis.call('HSET', kept, call.callId, call.payload)
    redis.call('SADD', reopened, call.callId)
    count = count + 1
  end
end
if count > 0 then redis.call('SADD', open_campaigns, campaign) end
return count
