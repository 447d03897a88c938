#!lua flags=allow-oom
-- Removes the jobs of calls that need none any more. The ledger is looked at in the same step: a
-- call that a person has queued again just before keeps its job, and one that is queued again after
-- this gets a new one.
--
-- Answers: how many were removed

local count = 0
local is_archived = redis.call('HEXISTS', state, 'archived') == 1
for _, call_id in ipairs(call_ids) do
  local has_job = redis.call('EXISTS', queue .. call_id) == 1
  local is_needed = not is_archived and not is_over(read_entry(ledger, call_id))
  -- Searching for a job that is not there would scan the whole queue.
  if has_job and not is_needed and remove_job(queue, call_id) then count = count + 1 end
  if not has_job or not is_needed then redis.call('ZREM', expiries, call_id) end
end
return count
