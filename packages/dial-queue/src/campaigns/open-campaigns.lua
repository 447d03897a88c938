#!lua flags=allow-oom
-- The campaigns that may have work. A campaign without work that is not being loaded is taken off
-- the list. `cursor`: how far the asker has come through all campaigns.
--
-- Answers: the server's clock, the registry's version, how far it has come now, then lists of
-- campaign ids: all with work; of these, those that are over (canceled or expired) with calls that
-- wait and can end; those with calls to be queued again; those with
-- jobs set aside of which some may be over; those with jobs that a worker can take now

local now = now_ms()
local with_work, over, reopened, set_aside, due = {}, {}, {}, {}, {}

-- BullMQ delays jobs until an instant of a worker's clock, kept in the upper bits of a score, and
-- hands them out by the clock of whoever asks.
local DELAYED_SCORES_PER_MS, CLOCKS_DIFFER_BY_MS = 0x1000, 60000
local function has_due(queue)
  if redis.call('LLEN', queue .. 'wait') > 0 or redis.call('ZCARD', queue .. 'prioritized') > 0 then
    return true
  end
  local first = redis.call('ZRANGE', queue .. 'delayed', 0, 0, 'WITHSCORES')[2]
  local due_at = math.min(now, wall_clock) - CLOCKS_DIFFER_BY_MS
  return first and tonumber(first) / DELAYED_SCORES_PER_MS < due_at
end

-- BullMQ's locks, and its pause between looks for lost ones, last no longer than this. A lock that
-- lasts longer was made before the clock was set back, and would keep the jobs of a dead worker
-- until then.
local LOCKS_LAST_MS = 10000
local function bring_back_locks(queue)
  local locks = { queue .. 'stalled-check' }
  for _, job_id in ipairs(redis.call('LRANGE', queue .. 'active', 0, -1)) do
    locks[#locks + 1] = queue .. job_id .. ':lock'
  end
  for _, lock in ipairs(locks) do
    if redis.call('PTTL', lock) > LOCKS_LAST_MS then redis.call('PEXPIRE', lock, LOCKS_LAST_MS) end
  end
end

-- Another program may have put a job into the queue of a campaign without work. A few campaigns are
-- checked each time.
local CAMPAIGNS_PER_LOOK = 50
local step = redis.call('HSCAN', campaigns, cursor, 'COUNT', CAMPAIGNS_PER_LOOK)
for index = 1, #step[2], 2 do
  local campaign = step[2][index]
  if jobs_in(queue_prefix .. campaign .. ':') > 0 then
    redis.call('SADD', open_campaigns, campaign)
  end
end

for _, campaign in ipairs(redis.call('SMEMBERS', open_campaigns)) do
  local queue = queue_prefix .. campaign .. ':'
  bring_back_locks(queue)
  local own = campaign_prefix .. campaign .. ':'
  local delayed = redis.call('ZCARD', queue .. 'delayed')
  local to_reopen = redis.call('SCARD', own .. 'reopened')
  local has_set_aside = redis.call('HLEN', own .. 'aside') > 0
  local has_waiting = redis.call('LLEN', queue .. 'wait') > 0 or delayed > 0
    or redis.call('ZCARD', queue .. 'prioritized') > 0 or redis.call('LLEN', queue .. 'paused') > 0
  local has_work = has_waiting or to_reopen > 0 or has_set_aside
    or redis.call('LLEN', queue .. 'active') > 0 or redis.call('ZCARD', own .. 'claims') > 0
  local state = redis.call('HMGET', own .. 'state',
    'loadingUntil', 'canceled', 'expiresAt', 'endedFor')
  if has_work or now < tonumber(state[1] or 0) then
    with_work[#with_work + 1] = campaign
    local is_over = state[2] or (state[3] and now >= tonumber(state[3]))
    local halt = queue_halt(queue)
    if halt == 'open' and has_due(queue) then due[#due + 1] = campaign end
    -- All calls were checked for that expiry, so what still waits has a later one of its own.
    local can_end = has_waiting and (state[2] or state[4] ~= state[3])
    if is_over and (can_end or halt == 'paused') then over[#over + 1] = campaign end
    if to_reopen > 0 then reopened[#reopened + 1] = campaign end
    if has_set_aside and (is_over or redis.call('ZCOUNT', own .. 'expiries', '-inf', now) > 0) then
      set_aside[#set_aside + 1] = campaign
    end
  else
    redis.call('SREM', open_campaigns, campaign)
  end
end
local version = tonumber(redis.call('GET', registry_version) or 0)
return { now, version, step[1], with_work, over, reopened, set_aside, due }
