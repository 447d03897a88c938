#!lua flags=allow-oom
-- Notes that the results of a campaign are in a file up to a stream id. Not beyond what there is:
-- results that are yet to come would count as exported.
--
-- Answers: whether there are results up to there (1/0)

if redis.call('EXISTS', results) == 0 then return 0 end
local last = value_in(redis.call('XINFO', 'STREAM', results), 'last-generated-id')
if not reaches(last, up_to) then return 0 end
local before = redis.call('HGET', state, 'exported')
if not before or reaches(up_to, before) then redis.call('HSET', state, 'exported', up_to) end
return 1
