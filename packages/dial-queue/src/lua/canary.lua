-- Canaries: a set number of a campaign's calls go out first. The rest is held until enough of them
-- are accepted, or until a person releases it. The campaign's hold (reason `canary`, for a person
-- to lift, so that a version which does not know canaries dials nothing) has `canary`: {calls,
-- needed?}. A set per campaign has the calls that were let out under it. Their entries tell which
-- of them have a place: those that may be on the wire, and those with an outcome of a request.
-- Calls that were given back, or ended without going out, have none.
local HAS_CANARY_PLACE = {
  claimed = true, accepted = true, rejected = true, exhausted = true, unknown = true,
}

local function canary_hold(holds_key, campaign)
  local hold = read_hold(holds_key, 'campaign:' .. campaign)
  return hold and hold.canary and hold or nil
end

-- Removes from the set what has no place any more. Answers how many have one, how many of these are
-- accepted, and how many claimed.
local function canary_places(canary_key, ledger_key, keeps_set)
  local taken, accepted, claimed = 0, 0, 0
  for _, call_id in ipairs(redis.call('SMEMBERS', canary_key)) do
    local entry = read_entry(ledger_key, call_id)
    local state = entry and entry.state
    if HAS_CANARY_PLACE[state] then
      taken = taken + 1
      accepted = accepted + (state == 'accepted' and 1 or 0)
      claimed = claimed + (state == 'claimed' and 1 or 0)
    elseif not keeps_set then
      redis.call('SREM', canary_key, call_id)
    end
  end
  return taken, accepted, claimed
end

-- Once full, it stays full for the whole batch: the gate takes places and frees none.
local is_canary_full = false

local function has_canary_room(canary, canary_key, ledger_key, call_id)
  if redis.call('SCARD', canary_key) < canary.calls then return true end
  is_canary_full = is_canary_full or canary_places(canary_key, ledger_key) >= canary.calls
  return not is_canary_full or redis.call('SISMEMBER', canary_key, call_id) == 1
end

-- If this Redis has lost the claim, nobody knows whether a canary let the call out: it counts as
-- one.
local function join_canary(holds_key, canary_key, campaign, call_id)
  if canary_hold(holds_key, campaign) then redis.call('SADD', canary_key, call_id) end
end

-- Lifts the hold if enough are accepted. Answers whether it does.
local function judge_canary(holds_key, canary_key, ledger_key, channel, campaign)
  local hold = canary_hold(holds_key, campaign)
  local needed = hold and hold.canary.needed
  if not needed then return false end
  local _, accepted = canary_places(canary_key, ledger_key)
  if accepted < needed then return false end
  local scope = 'campaign:' .. campaign
  redis.call('HDEL', holds_key, scope)
  redis.call('DEL', canary_key)
  note_change('lifted', scope, hold, now_ms())
  announce(channel, scope)
  return true
end
