#!lua flags=allow-oom
-- Opens a hold without a claim (no token could be had, a script that cannot be filled). One that
-- stands and was due grows.
--
-- KEYS: holds, the campaign's state where it is for what an edition of its definition lacks ARGV:
-- channel, JSON {scope, reason, firstPauseMs, maxPauseMs, retryAfterMs, person?}, call id, cause
-- (JSON) or '', that edition Answers: changes of holds, if any
local holds, channel = KEYS[1], ARGV[1]
local hold = cjson.decode(ARGV[2])
local cause = ARGV[4] ~= '' and cjson.decode(ARGV[4]) or nil
local now = now_ms()
-- Another edition may be mended, and lifted the hold that this would be.
if KEYS[2] and (redis.call('HGET', KEYS[2], 'changed') or '') ~= ARGV[5] then return changes_of_holds() end
local standing = read_hold(holds, hold.scope)
local was_due = standing and standing.reason == hold.reason and now >= standing.retryAt
if was_due and drop_dead_leases(standing, now) == 0 and not hold.person then
  grow(hold.scope, standing, now, hold.retryAfterMs, cause)
  redis.call('HSET', holds, hold.scope, cjson.encode(standing))
  return changes_of_holds()
end
open_hold(holds, channel, now, hold, ARGV[3], cause)
return changes_of_holds()
