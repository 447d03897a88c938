-- Holds: a hash, scope -> JSON {reason, cause?, since, retryAt, setAt (when retryAt was written),
-- pauses, pauseMs, firstPauseMs, maxPauseMs, proof, proven, by, person, leases}. `cause` is what
-- was seen when it opened or last grew (HoldCause). Scopes are `all`, `campaign:<id>` and
-- `line:<number>`. A hold whose retryAt has come lets probes through: one, and one more for each
-- that has passed since the last that failed (`proven`). It is lifted when `proof` have passed, so
-- that what may be lost to trouble that only seemed to be over never exceeds what has just gone
-- well. A lease, owner -> {lentAt, expiresAt}, names the run whose call is a probe. Opening,
-- growing and closing are announced, so that sleeping workers look again.
local function read_hold(holds_key, scope)
  local raw = redis.call('HGET', holds_key, scope)
  local hold = raw and cjson.decode(raw) or nil
  if hold then
    hold.proof, hold.proven, hold.leases = hold.proof or 1, hold.proven or 0, hold.leases or {}
    -- It was written in the future, so the clock was set back since: it is due.
    if (hold.setAt or hold.since) > now_ms() then hold.retryAt = 0 end
  end
  return hold
end

-- What this step has done to holds. Only the caller can log it.
local hold_changes = {}

local function note_change(change, scope, hold, now)
  hold_changes[#hold_changes + 1] = {
    change = change, scope = scope, reason = hold.reason, cause = hold.cause,
    heldMs = math.max(0, now - hold.since),
    pauseMs = not hold.person and math.max(0, hold.retryAt - now) or nil,
  }
end

-- As the last part of a reply, once; nil if nothing has changed.
local function changes_of_holds()
  local changes = hold_changes
  hold_changes = {}
  return #changes > 0 and cjson.encode(changes) or nil
end

local function announce(channel, what)
  redis.call('PUBLISH', channel, what)
end

local function pause_ms(hold, retry_after_ms)
  local grown = math.min(hold.maxPauseMs, hold.firstPauseMs * 2 ^ math.min(hold.pauses - 1, 30))
  return math.floor(math.max(grown, retry_after_ms))
end

-- Answers how many probes are out after this, and when the next of their leases ends.
local function drop_dead_leases(hold, now)
  local out, next_end = 0, nil
  for owner, lease in pairs(hold.leases) do
    -- A lease from the future was lent before the clock was set back.
    if now >= lease.expiresAt or lease.lentAt > now then
      hold.leases[owner] = nil
    else
      out = out + 1
      next_end = math.min(next_end or lease.expiresAt, lease.expiresAt)
    end
  end
  return out, next_end
end

-- When a hold that is due has room for one more probe; nil if it has now.
local function probe_free_at(hold, owner, now)
  local out, next_end = drop_dead_leases(hold, now)
  if hold.leases[owner] or out <= hold.proven then return nil end
  return next_end
end

-- How a scope holds a call back, as {scope, reason, retryAt or 0, is it the call that opened it:
-- 1/0}; nil if the scope is free for it. Also whether the call would be its probe.
local function held_against(holds_key, scope, call_id, owner, now)
  local hold = read_hold(holds_key, scope)
  if not hold then return nil, false end
  if hold.person then return { scope, hold.reason, 0, 0 } end
  local is_opener = hold.by == call_id
  -- The call that opened a hold leaves the first probe to another call: if it alone is at fault, it
  -- would only prolong the hold for all.
  local retry_at = hold.retryAt + (is_opener and hold.firstPauseMs or 0)
  if now < retry_at then return { scope, hold.reason, retry_at, is_opener and 1 or 0 } end
  local free_at = probe_free_at(hold, owner, now)
  if free_at then return { scope, hold.reason, free_at, 0 } end
  return nil, true
end

-- The barrier that opens sooner; one that only a person opens comes last.
local function sooner(one, other)
  if not one or one[3] == 0 then return other end
  return other[3] > 0 and other[3] < one[3] and other or one
end

local function lend_probe(holds_key, now, scope, owner, expires_at)
  local hold = read_hold(holds_key, scope)
  drop_dead_leases(hold, now)
  hold.leases[owner] = { lentAt = now, expiresAt = expires_at }
  redis.call('HSET', holds_key, scope, cjson.encode(hold))
end

local function grow(scope, hold, now, retry_after_ms, cause)
  hold.proven = 0
  hold.pauses = hold.pauses + 1
  hold.pauseMs = pause_ms(hold, retry_after_ms)
  hold.retryAt, hold.setAt = now + hold.pauseMs, now
  hold.cause = cause or hold.cause
  note_change('grown', scope, hold, now)
end

-- Calls in flight are told how long to wait one after the other. Together that is one pause, not
-- many.
local LENGTHENING_WORTH_A_WORD_MS = 1000

-- Whether a hold that only a person lifts replaces the one that stands. Lost evidence comes before
-- what somebody has stopped: whoever releases the hold must know of it.
local function outranks(hold, standing)
  if not hold.person then return false end
  return not standing.person
    or (hold.reason == 'evidence_lost' and standing.reason == 'stopped')
end

-- `hold`: {scope, reason, firstPauseMs, maxPauseMs, proof?, retryAfterMs, person?}. An existing
-- hold is only ever made stronger.
local function open_hold(holds_key, channel, now, hold, call_id, cause)
  local standing = read_hold(holds_key, hold.scope)
  if standing then
    if outranks(hold, standing) then
      standing.person, standing.reason, standing.cause = true, hold.reason, cause
      redis.call('HSET', holds_key, hold.scope, cjson.encode(standing))
      note_change('opened', hold.scope, standing, now)
    end
    local asked = now + hold.retryAfterMs
    if hold.retryAfterMs > 0 and asked > standing.retryAt then
      local is_news = asked - math.max(now, standing.retryAt) > LENGTHENING_WORTH_A_WORD_MS
      standing.retryAt, standing.setAt = asked, now
      if is_news and not standing.person then
        standing.cause = cause or standing.cause
        note_change('grown', hold.scope, standing, now)
      end
      redis.call('HSET', holds_key, hold.scope, cjson.encode(standing))
    end
    return
  end
  local opened = {
    reason = hold.reason, cause = cause, since = now, pauses = 1,
    by = call_id, person = hold.person,
    firstPauseMs = hold.firstPauseMs, maxPauseMs = hold.maxPauseMs, proof = hold.proof,
  }
  opened.pauseMs = pause_ms(opened, hold.retryAfterMs)
  opened.retryAt, opened.setAt = now + opened.pauseMs, now
  redis.call('HSET', holds_key, hold.scope, cjson.encode(opened))
  note_change('opened', hold.scope, opened, now)
  announce(channel, hold.scope)
end

-- Ends the probe that `owner` holds on each scope: 'close' brings the hold nearer to its end,
-- 'grow' lengthens its pause, 'keep' only frees the lease (the probe showed nothing). So does,
-- however late it comes back, a probe that went out before the pause that stands now: several may
-- be out when one fails, and together they are one failure; and what passes after it, but was sent
-- before, proves nothing.
local function end_probes(holds_key, channel, now, owner, probes, retry_after_ms, cause)
  for _, probe in ipairs(probes) do
    local hold = read_hold(holds_key, probe.scope)
    if hold then drop_dead_leases(hold, now) end
    local lease = hold and hold.leases[owner]
    if lease then
      hold.leases[owner] = nil
      if lease.lentAt >= hold.retryAt then
        if probe.verdict == 'close' then hold.proven = hold.proven + 1 end
        if probe.verdict == 'grow' then grow(probe.scope, hold, now, retry_after_ms, cause) end
      end
      -- The hold may need a person since the probe went out.
      if hold.proven >= hold.proof and not hold.person then
        redis.call('HDEL', holds_key, probe.scope)
        note_change('lifted', probe.scope, hold, now)
      else
        redis.call('HSET', holds_key, probe.scope, cjson.encode(hold))
      end
      announce(channel, probe.scope)
    end
  end
end

-- Counts one more case of a kind of trouble, and opens the hold at the threshold. While the hold
-- stands nothing is counted: calls in flight then tell nothing new, and the count begins anew when
-- it is lifted. `run`: {name, threshold, hold}.
local function count_run(breakers_key, holds_key, channel, now, run, call_id, cause)
  if redis.call('HEXISTS', holds_key, run.hold.scope) == 1 then return end
  local field = 'run:' .. run.name
  if tonumber(redis.call('HINCRBYFLOAT', breakers_key, field, 1)) < run.threshold then return end
  redis.call('HDEL', breakers_key, field)
  open_hold(holds_key, channel, now, run.hold, call_id, cause)
end

-- The API answered, so it can be reached. Four answers make up for one doubt: a run of doubts opens
-- the hold, and so do, a little later, doubts among answers if they are more than a fifth.
local function count_answer(breakers_key)
  redis.call('HDEL', breakers_key, 'run:unreachable')
  if redis.call('HEXISTS', breakers_key, 'run:doubts') == 0 then return end
  if tonumber(redis.call('HINCRBYFLOAT', breakers_key, 'run:doubts', -0.25)) <= 0 then
    redis.call('HDEL', breakers_key, 'run:doubts')
  end
end
