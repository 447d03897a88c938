#!lua flags=allow-oom
-- Compares the claims that a worker has seen with those that this Redis knows. Claims are counted
-- separately for each server process: a count stops growing when its server is gone, so later
-- claims cannot hide that earlier ones are lost. The same hash also holds: server, since (which one
-- workers last met, and when first); worker:<id> (when that one last compared, and with which
-- server); aliveFrom (workers that compared no earlier were alive when the server changed); lost
-- (claims found lost); clock (when workers last compared); setBack (how often the clock had been
-- set back by then); doNotCall (see do-not-call.lua).
--
-- Answers: the server's clock; its name; from when on claims may be made (0: at once); how many
-- claims are lost; how many all workers have found lost so far; how often the clock was set back so
-- far; changes of holds, if any

local now = now_ms()
local server = server_name()

-- These fields may be there before any claim is made.
local NOT_OF_CLAIMS = { doNotCall = true, clock = true, setBack = true }
local was_used, workers = false, {}
local all = redis.call('HGETALL', claim_counts)
for n = 1, #all, 2 do
  local id = string.match(all[n], '^worker:(.*)')
  if id then
    local at, compared_with = string.match(all[n + 1], '^(%d+) (.+)$')
    workers[id] = { at = tonumber(at), server = compared_with }
  elseif not NOT_OF_CLAIMS[all[n]] then
    was_used = true
  end
end

-- Smaller steps are ignored: they do no more harm than a slow answer, and acting on one asks Redis
-- once for each waiting call.
local SET_BACK_MS = 2000
local times_set_back = tonumber(redis.call('HGET', claim_counts, 'setBack') or 0)
local last_compared = tonumber(redis.call('HGET', claim_counts, 'clock') or 0)
if last_compared > now + SET_BACK_MS then
  times_set_back = redis.call('HINCRBY', claim_counts, 'setBack', 1)
end
redis.call('HSET', claim_counts, 'clock', now)

-- Workers compare every two seconds.
local ALIVE_MS = 15000
local LEFT_BEHIND_MS = 3600000
if worker then
  workers[worker] = { at = now, server = server }
  redis.call('HSET', claim_counts, 'worker:' .. worker, string.format('%.0f %s', now, server))
end
if is_new_connection then
  for id, known in pairs(workers) do
    if known.at < now - LEFT_BEHIND_MS then redis.call('HDEL', claim_counts, 'worker:' .. id) end
  end
end

local function is_somebody_missing()
  local alive_from = tonumber(redis.call('HGET', claim_counts, 'aliveFrom') or now)
  for _, known in pairs(workers) do
    if known.at >= alive_from and known.server ~= server then return true end
  end
  return false
end

local opens_at
if server == 'unnamed' then
  -- Any new connection may lead to another server.
  opens_at = is_new_connection and was_used and now + pause_ms_when_new or 0
else
  local since = redis.call('HGET', claim_counts, 'since')
  if redis.call('HGET', claim_counts, 'server') ~= server then
    -- If the data have no claims, there is nobody else to wait for.
    since = was_used and now or 0
    redis.call(
      'HSET', claim_counts,
      'server', server, 'since', since, 'aliveFrom', last_compared - ALIVE_MS
    )
  elseif tonumber(since) > now then
    -- The clock was set back meanwhile.
    since = now
    redis.call('HSET', claim_counts, 'since', since)
  end
  local pause_ms = is_somebody_missing() and pause_ms_when_missing or pause_ms_when_new
  opens_at = tonumber(since) > 0 and since + pause_ms or 0
end

local lost = 0
for _, one in ipairs(seen) do
  local known = tonumber(redis.call('HGET', claim_counts, one.server) or 0)
  if known < one.claims then
    lost = lost + one.claims - known
    -- Reported once: after a person releases the hold, dialing goes on.
    redis.call('HSET', claim_counts, one.server, one.claims)
  end
end
local lost_so_far = tonumber(redis.call('HGET', claim_counts, 'lost') or 0)
if lost == 0 then return { now, server, opens_at, 0, lost_so_far, times_set_back } end
open_hold(holds, channel, now, hold, '')
lost_so_far = redis.call('HINCRBY', claim_counts, 'lost', lost)
return { now, server, opens_at, lost, lost_so_far, times_set_back, changes_of_holds() }
