#!lua flags=no-writes
-- Where a campaign's results lie in the stream, and which of them were corrected, at one instant: a
-- correction that came between two reads would hide the old record and lie beyond the end itself. A
-- full Redis refuses MULTI even to readers, but not this.
--
-- Answers: stream id of the first result or '', of the last or '', revised calls and the stream ids
-- of their latest results

local bounds = redis.call('HMGET', state, 'firstResult', 'lastResult')
return { bounds[1] or '', bounds[2] or '', redis.call('HGETALL', revised) }
