-- The data of a job that must not name anybody any more.
local BLANK_CALL = '{"to":"erased","name":"erased"}'

-- Removes a call's job from its queue, wherever it waits, as BullMQ does it. If a worker holds the
-- job's lock, it stays until that run ends. `queue`: the prefix of the queue's keys. Answers
-- whether no job is left.
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

-- The same for a call that nobody can queue again: a job that has to stay is emptied of names until
-- it goes.
local function remove_or_blank_job(queue, call_id)
  if remove_job(queue, call_id) or redis.call('EXISTS', queue .. call_id) == 0 then return end
  redis.call('HSET', queue .. call_id, 'data', BLANK_CALL)
end
