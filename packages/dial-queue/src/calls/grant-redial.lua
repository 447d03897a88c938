#!lua
-- A person lets a call in doubt be dialed once more. What they decided is kept, in the same step.
-- It stays on the list of reopened calls until its job is in the queue.
--
-- KEYS: ledger, campaign state, kept payloads, reopened calls, open campaigns, audit ARGV:
-- campaign, call id, who, when (ISO 8601), ms after the old claim's deadline Answers: resolved
-- <redialAt> | not_in_doubt <state> | redialed | waits <redialAt> | canceled | expired | erased
local ledger, campaign_state, kept, reopened, open_campaigns, audit = unpack(KEYS)
local campaign, call_id, by, at, after_ms = unpack(ARGV)
local now = now_ms()

local entry = read_entry(ledger, call_id)
if not entry or entry.state ~= 'unknown' then return { 'not_in_doubt', entry and entry.state or 'open' } end
if entry.redials then return { 'redialed' } end
if entry.redialAt then return { 'waits', entry.redialAt } end
local payload = redis.call('HGET', kept, call_id)
if not payload then return { 'erased' } end
-- The gate would only drop it.
local state = redis.call('HMGET', campaign_state, 'canceled', 'expiresAt')
if state[1] then return { 'canceled' } end
local expires_at = cjson.decode(payload).expiresAt or tonumber(state[2])
if expires_at and now >= expires_at then return { 'expired' } end

grant_redial(campaign_state, entry, math.max(now, (entry.deadline or now) + tonumber(after_ms)))
write_entry(ledger, call_id, entry)
redis.call('SADD', reopened, call_id)
redis.call('SADD', open_campaigns, campaign)
redis.call('XADD', audit, '*', 'what', 'in_doubt_resolved', 'callId', call_id, 'campaign', campaign, 'as', 'redial', 'by', by, 'at', at)
return { 'resolved', entry.redialAt }
