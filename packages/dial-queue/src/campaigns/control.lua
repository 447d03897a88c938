#!lua flags=allow-oom
-- Pauses, resumes or cancels a campaign for every call that is not claimed yet.
--
-- KEYS: campaign state, claims, ledger, open campaigns ARGV: campaign, pause | resume | cancel,
-- channel Answers archived, or the earlier claims, three values each: call id, owner, requests
-- begun before it
local campaign_state, claims, ledger, open_campaigns = unpack(KEYS)
local campaign, action, channel = unpack(ARGV)

if redis.call('HEXISTS', campaign_state, 'archived') == 1 then return 'archived' end
if action == 'pause' then redis.call('HSET', campaign_state, 'paused', 1) end
if action == 'cancel' then redis.call('HSET', campaign_state, 'canceled', 1) end
if action == 'resume' then redis.call('HDEL', campaign_state, 'paused', 'canceled') end
redis.call('SADD', open_campaigns, campaign)
announce(channel, 'campaign:' .. campaign)

return standing_claims(claims, ledger)
