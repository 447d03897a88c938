#!lua flags=allow-oom
-- Opens a hold without a claim (no token could be had, a text that cannot be filled). An existing
-- hold that was due grows. With `edition` it is for something that this edition of a campaign
-- lacks.
--
-- Answers: changes of holds, if any

local now = now_ms()
-- The campaign has another edition by now, which may be mended: no hold.
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
