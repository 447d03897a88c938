#!lua
-- Queues calls that are new to their campaign, and notes in the same step what they are found by
-- and when they expire. `add_standard_job` is BullMQ's own script for one job, `queue_keys` are the
-- keys that it takes. A job that is there already stays as it is.
--
-- `names` of a call: for each `<bucket> <field> <check, if any>;` (see call-names.ts)
--
-- Answers: archived (nothing is queued) | added

if redis.call('HEXISTS', state, 'archived') == 1 then return 'archived' end
-- When a row comes again with its list, the job that was set aside for it needs no decision any
-- more.
local is_any_set_aside = redis.call('EXISTS', set_aside) == 1

for _, call in ipairs(calls) do
  local call_id = call.callId
  for bucket, field, check in string.gmatch(call.names, '([^ ;]+) ([^ ;]+) ([^ ;]*);') do
    redis.call('HSET', names_key .. ':' .. bucket, field, check)
  end
  if call.expiresAt then redis.call('ZADD', expiries, call.expiresAt, call_id) end
  if is_any_set_aside then redis.call('HDEL', set_aside, call_id) end
  local job = cmsgpack.pack({ queue, call_id, call.name, queued_at })
  local options = cmsgpack.pack({ removeOnComplete = true, jobId = call_id, attempts = 0 })
  add_standard_job(queue_keys, { job, call.data, options })
end
return 'added'
