#!lua flags=allow-oom
-- Removes the keys of a campaign's queue if it holds no job: one that a loader has added late still
-- has to end.
--
-- KEYS: the keys to remove
-- ARGV: prefix of the queue's keys
if jobs_in(ARGV[1]) == 0 then redis.call('UNLINK', unpack(KEYS)) end
