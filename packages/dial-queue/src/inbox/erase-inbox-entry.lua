#!lua flags=allow-oom
-- Removes an entry from the inbox, unless a daemon has it in hand and may be about to queue its
-- call. After `in_hand_ms` an entry no longer counts as in hand.
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
