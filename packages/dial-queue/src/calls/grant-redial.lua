#!lua
-- A person lets a call in doubt be dialed once more. It stays on the list of reopened calls until
-- its job is in the queue.
--
-- Answers: resolved <redialAt> | not_in_doubt <state> | redialed | waits <redialAt> | canceled
-- | expired | erased

local now = now_ms()

local entry = read_entry(ledger, call_id)
if not entry or entry.state ~= 'unknown' then
  return { 'not_in_doubt', entry and entry.state or 'open' }
end
if entry.redials then return { 'redialed' } end
if entry.redialAt then return { 'waits', entry.redialAt } end
local payload = redis.call('HGET', kept, call_id)
if not payload then return { 'erased' } end
-- The gate would only drop it.
local over = redis.call('HMGET', state, 'canceled', 'expiresAt')
if over[1] then return { 'canceled' } end
local expires_at = cjson.decode(payload).expiresAt or tonumber(over[2])
if expires_at and now >= expires_at then return { 'expired' } end

note_decision(entry, decision)
grant_redial(state, entry, math.max(now, (entry.deadline or now) + after_ms))
write_entry(ledger, call_id, entry)
redis.call('SADD', reopened, call_id)
redis.call('SADD', open_campaigns, campaign)
return { 'resolved', entry.redialAt }
