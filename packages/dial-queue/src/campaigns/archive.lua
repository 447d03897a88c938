#!lua flags=allow-oom
-- Closes a finished campaign for good, before anything of it is removed: from here on it is
-- canceled and cannot be resumed, so that whatever else becomes of its keys, nobody is rung again
-- under its name. Of one that is closed already: says how far its results may be trimmed now.
--
-- KEYS: campaigns, archived campaigns, campaign state, claims, reopened calls, open campaigns,
-- results stream, holds, breakers,
--       registry version, campaigns to remove, jobs set aside
-- ARGV: campaign, prefix of its queue's keys, channel, whether calls in doubt may stay so for ever
-- (1/0) Answers: archived | unknown_campaign | unfinished | in_doubt | not_exported
local campaigns, archived_campaigns, campaign_state, claims, reopened, open_campaigns, results, holds, breakers, version, to_remove, set_aside = unpack(KEYS)
local campaign, queue, channel, with_doubts = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'

local state = redis.call('HMGET', campaign_state, 'archived', 'loadingUntil', 'redialing', 'outcome:unknown', 'lastResult')
local is_archived = state[1]
local definition = redis.call('HGET', campaigns, campaign)
if not definition and not is_archived then return 'unknown_campaign' end

if jobs_in(queue) > 0 or redis.call('ZCARD', claims) > 0 or redis.call('SCARD', reopened) > 0
  or redis.call('HLEN', set_aside) > 0 then
  -- A loader that stood still may have added jobs after all: workers have to end them.
  redis.call('SADD', open_campaigns, campaign)
  return 'unfinished'
end
local is_in_file, has_groups, behind = read_exports(results, campaign_state)
local is_exported = (is_in_file or has_groups) and #behind == 0
if not is_archived then
  if now_ms() < tonumber(state[2] or 0) or tonumber(state[3] or 0) > 0 then return 'unfinished' end
  if tonumber(state[4] or 0) > 0 and not with_doubts then return 'in_doubt' end
  if not is_exported then return 'not_exported' end
  redis.call('HSET', campaign_state, 'archived', now_ms(), 'canceled', 1)
  redis.call('HDEL', campaign_state, 'paused', 'loadingUntil', 'startsAt', 'expiresAt', 'lastSlot', 'redialing')
  redis.call('HSET', archived_campaigns, campaign, definition)
  redis.call('HDEL', campaigns, campaign)
  redis.call('SREM', open_campaigns, campaign)
  redis.call('HDEL', holds, 'campaign:' .. campaign)
  redis.call('HDEL', breakers, 'run:rejections:' .. campaign)
  redis.call('INCR', version)
  redis.call('PUBLISH', channel, 'campaign:' .. campaign)
end
if is_exported and state[5] then redis.call('HSET', campaign_state, 'trimTo', state[5]) end
redis.call('SADD', to_remove, campaign)
return 'archived'
