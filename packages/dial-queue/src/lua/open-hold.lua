#!lua flags=allow-oom
-- Opens a hold without a claim (no token could be had, a script that cannot be filled). One that stands and was due grows.
--
-- KEYS: holds
-- ARGV: channel, JSON {scope, reason, firstPauseMs, maxPauseMs, retryAfterMs, person?}, call id
local holds, channel = KEYS[1], ARGV[1]
local hold = cjson.decode(ARGV[2])
local now = now_ms()
local standing = read_hold(holds, hold.scope)
local was_due = standing and standing.reason == hold.reason and now >= standing.retryAt and not standing.lease
if was_due and not hold.person then
  standing.pauses = standing.pauses + 1
  standing.pauseMs = pause_ms(standing, hold.retryAfterMs)
  standing.retryAt = now + standing.pauseMs
  redis.call('HSET', holds, hold.scope, cjson.encode(standing))
  return
end
open_hold(holds, channel, now, hold, ARGV[3])
