-- Takes a call's job out of its queue wherever it waits, as BullMQ does it. One that a worker holds the lock of stays: it goes
-- when that run ends. `queue`: the prefix of the queue's keys. Answers whether no job is left.
local function remove_job(queue, call_id)
  local job = queue .. call_id
  if redis.call('EXISTS', job .. ':lock') == 1 then return false end
  local is_out = false
  for _, set in ipairs({ 'delayed', 'prioritized', 'completed', 'failed' }) do
    is_out = is_out or redis.call('ZREM', queue .. set, call_id) == 1
  end
  for _, list in ipairs({ 'wait', 'paused', 'active' }) do
    is_out = is_out or redis.call('LREM', queue .. list, 1, call_id) == 1
  end
  redis.call('DEL', job, job .. ':logs')
  return true
end
