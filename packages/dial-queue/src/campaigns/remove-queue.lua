#!lua flags=allow-oom
-- Removes the keys of a campaign's queue if it holds no job: one that a loader has added late still
-- has to end.

if jobs_in(queue) == 0 then redis.call('UNLINK', unpack(queue_keys)) end
