#!lua flags=allow-oom
-- The campaigns that may have work. One that has none, and is not being loaded, is taken off the list.
--
-- KEYS: open campaigns
-- ARGV: prefix of queue keys, prefix of campaign keys
-- Answers: the server's clock, the last claim's sequence number, the registry's version, then campaign ids
local open_campaigns, sequence, version = unpack(KEYS)
local queue_prefix, campaign_prefix = ARGV[1], ARGV[2]
local now = now_ms()
local reply = { now, tonumber(redis.call('GET', sequence) or 0), tonumber(redis.call('GET', version) or 0) }

for _, campaign in ipairs(redis.call('SMEMBERS', open_campaigns)) do
  local queue = queue_prefix .. campaign .. ':'
  local has_work = redis.call('LLEN', queue .. 'wait') > 0 or redis.call('LLEN', queue .. 'active') > 0
    or redis.call('ZCARD', queue .. 'delayed') > 0 or redis.call('ZCARD', queue .. 'prioritized') > 0
    or redis.call('LLEN', queue .. 'paused') > 0
    or redis.call('ZCARD', campaign_prefix .. campaign .. ':claims') > 0
    or redis.call('SCARD', campaign_prefix .. campaign .. ':reopened') > 0
  local loading_until = tonumber(redis.call('HGET', campaign_prefix .. campaign .. ':state', 'loadingUntil') or 0)
  if has_work or now < loading_until then
    reply[#reply + 1] = campaign
  else
    redis.call('SREM', open_campaigns, campaign)
  end
end
return reply
