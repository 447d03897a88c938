#!lua flags=allow-oom
-- Takes an entry out of the inbox, unless a daemon has it in hand: that may be about to queue its
-- call. One that was pending for longer than `in_hand_ms` is in nobody's hand.
--
-- Answers: erased | abandoned (erased as well, but a daemon had it that nobody has heard of since:
-- should it go on, it may queue the call) | in_hand | gone
-- Without a group nobody can have it in hand; this is then an error, not an empty answer.

local is_abandoned = false
local pending = redis.pcall('XPENDING', inbox, group, id, id, 1)
if not pending.err then
  if pending[1] and pending[1][3] < in_hand_ms then return 'in_hand' end
  is_abandoned = pending[1] ~= nil
  redis.call('XACK', inbox, group, id)
end
if redis.call('XDEL', inbox, id) == 0 then return 'gone' end
redis.call('HSET', statuses, id, status)
redis.call('EXPIRE', statuses, statuses_for_seconds)
return is_abandoned and 'abandoned' or 'erased'
