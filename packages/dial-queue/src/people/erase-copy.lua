#!lua flags=allow-oom
-- Removes a job that is not a call, wherever it is.

redis.call('HDEL', set_aside, job_id)
remove_or_blank_job(queue, job_id)
