#!lua flags=allow-oom
-- Takes away a job that is no call, wherever it is.
--
-- KEYS: jobs set aside
-- ARGV: job id, prefix of the queue's keys
local job_id, queue = unpack(ARGV)
redis.call('HDEL', KEYS[1], job_id)
remove_or_blank_job(queue, job_id)
