#!lua flags=allow-oom
-- Takes away a job that is no call, wherever it is.

redis.call('HDEL', set_aside, job_id)
remove_or_blank_job(queue, job_id)
