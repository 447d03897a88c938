#!lua flags=allow-oom
-- Opens a hold without a claim (no token could be had, a script that cannot be filled). One that
-- stands and was due grows. With `edition` it is for what that edition of a campaign's definition
-- lacks.
--
-- Answers: changes of holds, if any

local now = now_ms()
-- Another edition may be mended, and lifted the hold that this would be.
if state and (redis.call('HGET', state, 'changed') or '') ~= edition then
  return changes_of_holds()
end
local standing = read_hold(holds, hold.scope)
local was_due = standing and standing.reason == hold.reason and now >= standing.retryAt
if was_due and drop_dead_leases(standing, now) == 0 and not hold.person then
  grow(hold.scope, standing, now, hold.retryAfterMs, cause)
  redis.call('HSET', holds, hold.scope, cjson.encode(standing))
  return changes_of_holds()
end
open_hold(holds, channel, now, hold, call_id, cause)
return changes_of_holds()
