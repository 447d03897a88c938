#!lua flags=allow-oom
-- The results of a campaign are in a file up to a stream id.

local before = redis.call('HGET', state, 'exported')
if not before or reaches(up_to, before) then redis.call('HSET', state, 'exported', up_to) end
