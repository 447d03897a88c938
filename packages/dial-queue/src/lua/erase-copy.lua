#!lua flags=allow-oom
-- Takes away a job that is no call, wherever it is.
--
-- KEYS: jobs set aside
-- ARGV: job id, prefix of the queue's keys, what stands in the place of its data while a worker has it in hand
local job_id, queue, blank = unpack(ARGV)
redis.call('HDEL', KEYS[1], job_id)
if not remove_job(queue, job_id) and redis.call('EXISTS', queue .. job_id) == 1 then
  redis.call('HSET', queue .. job_id, 'data', blank)
end
