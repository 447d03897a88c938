#!lua flags=allow-oom
-- Counts an attempt to deliver a result, so that a restart does not begin anew. Not if another
-- forwarder has it by now, or it was removed.
--
-- Answers: how many that makes; 0 if it is another's or gone

local stream = source == 'again' and again or results
if not read_forwarded(stream, entry) then return 0 end
if not is_held_by(stream, group, consumer, entry) then return 0 end
return redis.call('HINCRBY', attempts, id, 1)
