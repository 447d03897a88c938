#!lua flags=allow-oom
-- Queues settled calls again, second half: says which of them have their jobs in the queue now. One
-- whose old job a worker still has in hand stays on the list: that job goes when its run ends, and
-- the next look adds it anew. One that a fast worker has settled since keeps the payload it was
-- settled with. One that is over, because it was erased or its campaign archived while its job was
-- being added, gets rid of that job.
--
-- KEYS: ledger, campaign state, kept payloads, reopened calls, the queue's active list
-- ARGV: prefix of the queue's keys, call ids
-- Answers: how many are back in the queue
local ledger, campaign_state, kept, reopened, active = unpack(KEYS)
local queue = ARGV[1]
local is_archived = redis.call('HEXISTS', campaign_state, 'archived') == 1
local count = 0
for index = 2, #ARGV do
  local call_id = ARGV[index]
  local entry = read_entry(ledger, call_id)
  if is_archived or is_over(entry) then
    if redis.call('HEXISTS', kept, call_id) == 1 then remove_job(queue, call_id) else remove_or_blank_job(queue, call_id) end
    redis.call('SREM', reopened, call_id)
  elseif redis.call('EXISTS', queue .. call_id) == 1 and not redis.call('LPOS', active, call_id) then
    redis.call('SREM', reopened, call_id)
    if not awaits_redial(entry) then redis.call('HDEL', kept, call_id) end
    count = count + 1
  end
end
return count
