#!lua flags=allow-oom
-- Removes the jobs of calls that need none any more. The ledger is looked at in the same step: a
-- call that a person has queued again just before keeps its job, and one that is queued again after
-- this gets a new one.
--
-- KEYS: ledger, campaign state, expiries
-- ARGV: prefix of the queue's keys, call ids
local ledger, campaign_state, expiries = unpack(KEYS)
local queue = ARGV[1]
local is_archived = redis.call('HEXISTS', campaign_state, 'archived') == 1
for index = 2, #ARGV do
  local call_id = ARGV[index]
  local has_job = redis.call('EXISTS', queue .. call_id) == 1
  local is_needed = not is_archived and not is_over(read_entry(ledger, call_id))
  -- Looking for what is not there would go through the whole queue.
  if has_job and not is_needed then remove_job(queue, call_id) end
  if not has_job or not is_needed then redis.call('ZREM', expiries, call_id) end
end
