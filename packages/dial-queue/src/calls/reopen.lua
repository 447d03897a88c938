#!lua
-- Queues settled calls again, first half: the ledger and the counters. They stay on the list of
-- reopened calls until their jobs are in the queue, so that a crash between the two loses none.
--
-- Answers: how many were reopened

if redis.call('HEXISTS', state, 'archived') == 1 then return 0 end
local count = 0
for _, call_id in ipairs(call_ids) do
  local entry = read_entry(ledger, call_id)
  if entry and entry.state == outcome and redis.call('HEXISTS', kept, call_id) == 1 then
    write_entry(ledger, call_id, {
      state = 'open', owner = entry.owner, attempts = entry.attempts,
      failures = 0, refusals = 0, acceptedMark = 0,
      revision = entry.revision, redials = entry.redials, results = entry.results,
    })
    redis.call('HINCRBY', state, 'outcome:' .. outcome, -1)
    redis.call('SADD', reopened, call_id)
    count = count + 1
  end
end
if count > 0 then redis.call('SADD', open_campaigns, campaign) end
return count
