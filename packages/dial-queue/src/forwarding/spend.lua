#!lua flags=allow-oom
-- Counts an attempt to deliver a result, so that a restart does not begin anew. Not of one that is
-- another's by now, or removed.
--
-- KEYS: attempts, results stream, stream of those sent again
-- ARGV: group, consumer, stream (2 or 3: its place among the KEYS), entry, id of the result
-- Answers: how many that makes; 0 if it is another's or gone
local group, consumer, stream, entry, id = unpack(ARGV)
if not read_forwarded(KEYS[tonumber(stream)], entry) then return 0 end
if not is_held_by(KEYS[tonumber(stream)], group, consumer, entry) then return 0 end
return redis.call('HINCRBY', KEYS[1], id, 1)
