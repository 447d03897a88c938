#!lua flags=allow-oom
-- Pauses, resumes or cancels a campaign for every call that is not claimed yet.
--
-- Answers: archived, or the earlier claims (see standing_claims)

if redis.call('HEXISTS', state, 'archived') == 1 then return 'archived' end
if action == 'pause' then redis.call('HSET', state, 'paused', 1) end
if action == 'cancel' then redis.call('HSET', state, 'canceled', 1) end
if action == 'resume' then redis.call('HDEL', state, 'paused', 'canceled') end
redis.call('SADD', open_campaigns, campaign)
announce(channel, 'campaign:' .. campaign)

return standing_claims(claims, ledger)
