#!lua flags=allow-oom
-- Queues settled calls again, second half: says which of them have their jobs in the queue now. If
-- a worker still has the old job in hand, the call stays on the list: that job goes when its run
-- ends, and the next look adds it anew. A call that a fast worker has settled since keeps the
-- payload it was settled with. If a call is over, because it was erased or its campaign archived
-- while its job was being added, that job is removed.
--
-- Answers: how many are back in the queue

local is_archived = redis.call('HEXISTS', state, 'archived') == 1
local count = 0
for _, call_id in ipairs(call_ids) do
  local entry = read_entry(ledger, call_id)
  if is_archived or is_over(entry) then
    if redis.call('HEXISTS', kept, call_id) == 1 then
      remove_job(queue, call_id)
    else
      remove_or_blank_job(queue, call_id)
    end
    redis.call('SREM', reopened, call_id)
  elseif redis.call('EXISTS', queue .. call_id) == 1
    and not redis.call('LPOS', active, call_id) then
    redis.call('SREM', reopened, call_id)
    if not awaits_redial(entry) then redis.call('HDEL', kept, call_id) end
    count = count + 1
  end
end
return count
