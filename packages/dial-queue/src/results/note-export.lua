#!lua flags=allow-oom
-- The results of a campaign are in a file up to a stream id.
--
-- KEYS: campaign state
-- ARGV: stream id
local before = redis.call('HGET', KEYS[1], 'exported')
if not before or reaches(ARGV[1], before) then redis.call('HSET', KEYS[1], 'exported', ARGV[1]) end
