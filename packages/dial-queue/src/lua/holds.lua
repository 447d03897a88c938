-- Holds: a hash, scope -> JSON {reason, since, retryAt, pauses, firstPauseMs, maxPauseMs, by, person, lease}. A hold whose
-- retryAt has come lets one probe through at a time: the lease names the owner whose call is the probe. Scopes are `all`,
-- `campaign:<id>` and `line:<number>`. Opening, growing and closing are announced, so that sleeping workers look again.
local function read_hold(holds_key, scope)
  local raw = redis.call('HGET', holds_key, scope)
  return raw and cjson.decode(raw) or nil
end

local function announce(channel, what)
  redis.call('PUBLISH', channel, what)
end

local function pause_ms(hold, retry_after_ms)
  local grown = math.min(hold.maxPauseMs, hold.firstPauseMs * 2 ^ math.min(hold.pauses - 1, 30))
  return math.floor(math.max(grown, retry_after_ms))
end

-- `hold`: {scope, reason, firstPauseMs, maxPauseMs, retryAfterMs, person?}. One that stands already is only ever made stronger.
local function open_hold(holds_key, channel, now, hold, call_id)
  local standing = read_hold(holds_key, hold.scope)
  if standing then
    if hold.person and not standing.person then
      standing.person, standing.reason = true, hold.reason
      redis.call('HSET', holds_key, hold.scope, cjson.encode(standing))
    end
    local asked = now + hold.retryAfterMs
    if hold.retryAfterMs > 0 and asked > standing.retryAt then
      standing.retryAt = asked
      redis.call('HSET', holds_key, hold.scope, cjson.encode(standing))
    end
    return
  end
  local opened = {
    reason = hold.reason, since = now, pauses = 1, by = call_id, person = hold.person,
    firstPauseMs = hold.firstPauseMs, maxPauseMs = hold.maxPauseMs,
  }
  opened.pauseMs = pause_ms(opened, hold.retryAfterMs)
  opened.retryAt = now + opened.pauseMs
  redis.call('HSET', holds_key, hold.scope, cjson.encode(opened))
  announce(channel, hold.scope)
end

-- Ends the probe that `owner` holds on each scope: 'close' lifts the hold, 'grow' lengthens its pause, 'keep' only frees the
-- lease (the probe showed nothing).
local function end_probes(holds_key, channel, now, owner, probes, retry_after_ms)
  for _, probe in ipairs(probes) do
    local hold = read_hold(holds_key, probe.scope)
    if hold and hold.lease and hold.lease.owner == owner then
      -- It may have come to need a person while the probe was out.
      if probe.verdict == 'close' and not hold.person then
        redis.call('HDEL', holds_key, probe.scope)
      else
        hold.lease = nil
        if probe.verdict == 'grow' then
          hold.pauses = hold.pauses + 1
          hold.pauseMs = pause_ms(hold, retry_after_ms)
          hold.retryAt = now + hold.pauseMs
        end
        redis.call('HSET', holds_key, probe.scope, cjson.encode(hold))
      end
      announce(channel, probe.scope)
    end
  end
end

-- Counts one more of a kind of trouble in a row; at the threshold it opens the hold. `run`: {name, threshold, hold}.
local function count_run(breakers_key, holds_key, channel, now, run, call_id)
  if redis.call('HINCRBY', breakers_key, 'run:' .. run.name, 1) >= run.threshold then
    open_hold(holds_key, channel, now, run.hold, call_id)
  end
end
