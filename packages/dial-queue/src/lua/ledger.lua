-- The ledger: a hash per campaign, call id -> JSON entry. An entry's state is one of
--   open      released or queued again; may be claimed
--   claimed   an owner may send, or has sent; judged by `deadline` alone
--   an outcome (accepted, rejected, exhausted, unknown, suppressed, expired, canceled)
-- Fields: state, owner, line, person, conversationMs (how long a call that is taken occupies the
-- line), claimedAt, sendFrom, slotEnds, sendBy, deadline (ms of this server's clock), attempts,
-- failures (provable failures to begin a request), refusals and acceptedMark (see release),
-- revision (results written for this call), placed and doNotCall (see gate), redialAt and redials
-- (see redial), writtenAt (of a call in doubt), decided (what a person decided on that: as, by, at,
-- note), results (stream ids of its results, the latest last; none of those written before they
-- were noted).

-- A script runs at one instant: it reads the clock once, for all that it compares and writes.
local instant
local function exact_ms()
  if not instant then
    local time = redis.call('TIME')
    instant = time[1] * 1000 + time[2] / 1000
  end
  return instant
end

local function now_ms()
  return math.floor(exact_ms())
end

local INSTANTS = {
  'claimedAt', 'sendFrom', 'slotEnds', 'sendBy', 'deadline', 'redialAt', 'writtenAt',
}

-- It was written in the future, so the clock was set back since. It counts as written now, and so
-- lasts no longer than it would have.
local function bring_back_entry(entry)
  local written_at = entry.claimedAt or entry.writtenAt
  local ahead_ms = written_at and written_at - now_ms() or 0
  if ahead_ms <= 0 then return false end
  for _, field in ipairs(INSTANTS) do
    if entry[field] then entry[field] = entry[field] - ahead_ms end
  end
  return true
end

-- Also answers whether it was brought back. Whoever judges by its instants then writes it, or it
-- would count as written now each time.
local function read_entry(ledger_key, call_id)
  local raw = redis.call('HGET', ledger_key, call_id)
  if not raw then return nil, false end
  local entry = cjson.decode(raw)
  return entry, bring_back_entry(entry)
end

-- Returns what it wrote.
local function write_entry(ledger_key, call_id, entry)
  local raw = cjson.encode(entry)
  redis.call('HSET', ledger_key, call_id, raw)
  return raw
end

local function is_settled(entry)
  return entry ~= nil and entry.state ~= 'claimed' and entry.state ~= 'open'
end

-- A settled call is claimed again only after a person has queued it again. So if a claim was made
-- after more results than this entry has, this Redis has gone back to an earlier state. What may
-- have rung stays as it is.
local function is_outdated(entry, results_before)
  return is_settled(entry) and entry.revision <= results_before
    and entry.state ~= 'accepted' and entry.state ~= 'unknown'
end

-- A failure to reach the API is an attempt, but not a request.
local function requests_begun(entry)
  return entry.attempts - (entry.failures or 0)
end
