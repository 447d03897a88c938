-- Redials. A call in doubt may be dialed once more, once in its life: its entry, still `unknown`,
-- carries `redialAt`, and its job waits for that instant. The claim made then carries `redials`
-- (1), and so does every entry after it: those get no redialAt. What the first attempt has left is
-- kept under `<call id>#1`. A campaign's field `redialing` counts its entries with a redialAt,
-- whose jobs are no pending calls: the calls are counted as unknown.
local function awaits_redial(entry)
  return entry ~= nil and entry.state == 'unknown' and entry.redialAt ~= nil
end

-- Settled, and nothing more is to come.
local function is_over(entry)
  return is_settled(entry) and not awaits_redial(entry)
end

-- The caller writes the entry.
local function grant_redial(campaign_state, entry, at)
  entry.redialAt, entry.writtenAt = math.ceil(at), now_ms()
  redis.call('HINCRBY', campaign_state, 'redialing', 1)
end

-- A person's decision on a call in doubt. The caller writes the entry.
local function note_decision(entry, decision)
  decision.at = now_ms()
  entry.decided = decision
end

-- The caller writes what comes after it.
local function end_wait_for_redial(campaign_state, entry)
  if not awaits_redial(entry) then return end
  entry.redialAt = nil
  redis.call('HINCRBY', campaign_state, 'redialing', -1)
end

-- Makes room for the claim of a redial, or for the outcome of one whose claim this Redis has lost.
local function begin_redial(ledger_key, campaign_state, call_id, entry)
  end_wait_for_redial(campaign_state, entry)
  if entry.state == 'unknown' then redis.call('HINCRBY', campaign_state, 'outcome:unknown', -1) end
  write_entry(ledger_key, call_id .. '#1', entry)
end

-- Whether this Redis has gone back to a state before the redial that the caller knows of.
local function has_lost_redial(entry, redials)
  if not redials or not entry or entry.redials then return false end
  return entry.state == 'unknown' or entry.state == 'claimed' or entry.state == 'open'
end

-- The first owner reports after the redial was claimed: too late to stop it, but people can look it
-- up.
local function note_late_word(ledger_key, call_id, owner, outcome)
  local first = read_entry(ledger_key, call_id .. '#1')
  if not first or first.owner ~= owner then return end
  first.lateOutcome = outcome
  write_entry(ledger_key, call_id .. '#1', first)
end
