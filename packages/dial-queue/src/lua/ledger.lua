-- The ledger: a hash per campaign, call id -> JSON entry. An entry's state is one of
--   open      released or queued again; may be claimed
--   claimed   an owner may send, or has sent; judged by `deadline` alone
--   an outcome (accepted, rejected, exhausted, unknown, suppressed, expired, canceled)
-- Fields: state, owner, line, person, conversationMs (how long a call that is taken occupies the line), claimedAt, sendFrom, slotEnds, sendBy,
-- deadline (ms of this server's clock), attempts, failures (provable failures to begin a request), refusals and acceptedMark (see
-- release), revision (results written for this call), placed and doNotCall (see
-- gate), redialAt and redials (see redial).
local function read_entry(ledger_key, call_id)
  local raw = redis.call('HGET', ledger_key, call_id)
  return raw and cjson.decode(raw) or nil
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

-- A call that is settled is claimed again only once a person has queued it again. An outcome older than a claim that came after so
-- many results therefore shows that this Redis has gone back to before that. What may have rung stays as it is.
local function is_outdated(entry, results_before)
  return is_settled(entry) and entry.revision <= results_before and entry.state ~= 'accepted' and entry.state ~= 'unknown'
end

-- A failure to reach the API is an attempt too, but no request.
local function requests_begun(entry)
  return entry.attempts - (entry.failures or 0)
end

local function exact_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end

local function now_ms()
  return math.floor(exact_ms())
end
