#!lua
-- Stores or changes a campaign. What makes two rows the same call cannot change once a list is
-- loaded: the change would ring everybody again.
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
  -- Calls that wait by the old rules are judged again: see ParkedCalls.
  redis.call('HSET', state, 'changed', redis.call('INCR', registry_version))
  -- The change may have mended what opened its hold.
  local hold = read_hold(holds, 'campaign:' .. campaign)
  if hold and not hold.person then redis.call('HDEL', holds, 'campaign:' .. campaign) end
  -- Calls with the old text prove nothing about the new one: the canary begins anew.
  redis.call('DEL', canary)
  announce(channel, 'campaign:' .. campaign)
end
return { unchanged and 'unchanged' or 'changed' }
