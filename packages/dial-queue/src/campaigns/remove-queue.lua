#!lua flags=allow-oom
-- Removes the keys of a campaign's queue, unless it still has a job: one that a loader added late
-- has to end first.

if jobs_in(queue) == 0 then redis.call('UNLINK', unpack(queue_keys)) end
