#!lua
-- Stores a schedule in place of the one that was read, or of none. What is due from now on is due
-- by the new one.
--
-- Answers: whether it is stored: 0 if the definition has changed meanwhile

if (redis.call('HGET', schedules, schedule) or nil) ~= expected then return 0 end
redis.call('HSET', schedules, schedule, definition)
redis.call('HSET', state, 'noted', now)
return 1
