#!lua
-- Makes records of the runs that are due, each once, and of one that a person wants. Those that are
-- due are all there are up to the instant `noted_until`; without it a person wants one. A run's
-- campaign is `usual`, or `other` if that is another run's.
--
-- Answers: changed (the definition is another) | forgotten (it may have been loaded long ago)
-- | noted <local times that are new>

if redis.call('HGET', schedules, schedule) ~= definition then return { 'changed' } end
local after = tonumber(redis.call('HGET', state, noted_until and 'noted' or 'forgotten') or 0)

local function own_campaign(at, ...)
  for _, campaign in ipairs({ ... }) do
    redis.call('HSETNX', campaigns, campaign, at)
    if redis.call('HGET', campaigns, campaign) == at then return campaign end
  end
end

local new = {}
for _, due in ipairs(new_runs) do
  local at, run = due.at, due.run
  if redis.call('HEXISTS', runs, at) == 0 then
    if run.dueAt > after then
      run.campaign = own_campaign(at, due.usual, due.other)
      write_run(runs, open, at, run)
      new[#new + 1] = at
    elseif not noted_until then
      return { 'forgotten' }
    end
  end
end
if noted_until and noted_until > after then
  redis.call('HSET', state, 'noted', string.format('%.0f', noted_until))
end
return { 'noted', unpack(new) }
