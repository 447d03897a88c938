#!lua flags=allow-oom
-- Closes a finished campaign for good, before anything of it is removed. From here on it is
-- canceled and cannot be resumed, so that nobody is rung again under its name, whatever becomes of
-- its keys. If it is closed already, says how far its results may be trimmed now.
--
-- Answers: archived | unknown_campaign | unfinished | in_doubt | not_exported

local known = redis.call('HMGET', state,
  'archived', 'loadingUntil', 'redialing', 'outcome:unknown', 'lastResult')
local is_archived = known[1]
local definition = redis.call('HGET', campaigns, campaign)
if not definition and not is_archived then return 'unknown_campaign' end

if jobs_in(queue) > 0 or redis.call('ZCARD', claims) > 0 or redis.call('SCARD', reopened) > 0
  or redis.call('HLEN', set_aside) > 0 then
  -- A loader that stood still may have added jobs late: workers have to end them.
  redis.call('SADD', open_campaigns, campaign)
  return 'unfinished'
end
local is_in_file, has_groups, behind = read_exports(results, state)
local is_exported = (is_in_file or has_groups) and #behind == 0
if not is_archived then
  if now_ms() < tonumber(known[2] or 0) or tonumber(known[3] or 0) > 0 then return 'unfinished' end
  if tonumber(known[4] or 0) > 0 and not with_doubts then return 'in_doubt' end
  if not is_exported then return 'not_exported' end
  redis.call('HSET', state, 'archived', now_ms(), 'canceled', 1)
  redis.call('HDEL', state,
    'paused', 'loadingUntil', 'startsAt', 'expiresAt', 'lastSlot', 'redialing')
  redis.call('HSET', archived_campaigns, campaign, definition)
  redis.call('HDEL', campaigns, campaign)
  redis.call('SREM', open_campaigns, campaign)
  redis.call('HDEL', holds, 'campaign:' .. campaign)
  redis.call('HDEL', breakers, 'run:rejections:' .. campaign)
  redis.call('INCR', registry_version)
  redis.call('PUBLISH', channel, 'campaign:' .. campaign)
end
if is_exported and known[5] then redis.call('HSET', state, 'trimTo', known[5]) end
redis.call('SADD', campaigns_to_remove, campaign)
return 'archived'
