#!lua
-- Stores or changes a campaign. What a call is the same by cannot change once a list is loaded: it
-- would ring everybody again.
--
-- Answers: changed | unchanged | archived | dedupe_by <the fixed one> | other_edition

if redis.call('HEXISTS', state, 'archived') == 1 then return { 'archived' } end
if edition and (redis.call('HGET', state, 'changed') or 'none') ~= edition then
  return { 'other_edition' }
end
local fixed = redis.call('HGET', state, 'dedupeBy')
if fixed and fixed ~= dedupe_by then return { 'dedupe_by', fixed } end

local function set_or_drop(field, value)
  if value then redis.call('HSET', state, field, value) else redis.call('HDEL', state, field) end
end
local unchanged = redis.call('HGET', campaigns, campaign) == definition
redis.call('HSET', campaigns, campaign, definition)
set_or_drop('startsAt', starts_at)
set_or_drop('expiresAt', expires_at)
if not unchanged then
  -- What waits by the old rules looks again: see ParkedCalls.
  redis.call('HSET', state, 'changed', redis.call('INCR', registry_version))
  -- Whatever was wrong with its script may be mended now.
  local hold = read_hold(holds, 'campaign:' .. campaign)
  if hold and not hold.person then redis.call('HDEL', holds, 'campaign:' .. campaign) end
  -- What went out by the old text shows nothing of the new one: the canary begins anew.
  redis.call('DEL', canary)
  announce(channel, 'campaign:' .. campaign)
end
return { unchanged and 'unchanged' or 'changed' }
