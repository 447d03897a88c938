#!lua flags=allow-oom
-- Opens a hold without a claim (no token could be had, a script that cannot be filled). One that stands and was due grows.
--
-- KEYS: holds
-- ARGV: channel, JSON {scope, reason, firstPauseMs, maxPauseMs, retryAfterMs, person?}, call id
local holds, channel = KEYS[1], ARGV[1]
local hold = cjson.decode(ARGV[2])
local now = now_ms()
local standing = read_hold(holds, hold.scope)
local was_due = standing and standing.reason == hold.reason and now >= standing.retryAt
if was_due and drop_dead_leases(standing, now) == 0 and not hold.person then
  grow(standing, now, hold.retryAfterMs)
  redis.call('HSET', holds, hold.scope, cjson.encode(standing))
  return
end
open_hold(holds, channel, now, hold, ARGV[3])
