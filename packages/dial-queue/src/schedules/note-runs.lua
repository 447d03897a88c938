#!lua
-- Makes records of the runs that are due, each once, and of one that a person wants.
--
-- KEYS: schedules, runs, open, campaigns, state ARGV: schedule, its definition, the instant up to
-- which these are all ('' for a run that a person wants), and four values per run: local time, JSON
-- of its record, its campaign's id, the one to take if that is another run's Answers: changed (the
-- definition is another) | forgotten (it may have been loaded long ago) | noted <local times that
-- are new>
local schedules, runs, open, campaigns, state = unpack(KEYS)
local schedule, definition, noted_until = ARGV[1], ARGV[2], tonumber(ARGV[3])

if redis.call('HGET', schedules, schedule) ~= definition then return { 'changed' } end
local after = tonumber(redis.call('HGET', state, noted_until and 'noted' or 'forgotten') or 0)

local function own_campaign(at, ...)
  for _, campaign in ipairs({ ... }) do
    redis.call('HSETNX', campaigns, campaign, at)
    if redis.call('HGET', campaigns, campaign) == at then return campaign end
  end
end

local new = {}
for index = 4, #ARGV, 4 do
  local at, run = ARGV[index], cjson.decode(ARGV[index + 1])
  if redis.call('HEXISTS', runs, at) == 0 then
    if run.dueAt > after then
      run.campaign = own_campaign(at, ARGV[index + 2], ARGV[index + 3])
      write_run(runs, open, at, run)
      new[#new + 1] = at
    elseif not noted_until then
      return { 'forgotten' }
    end
  end
end
if noted_until and noted_until > after then redis.call('HSET', state, 'noted', ARGV[3]) end
return { 'noted', unpack(new) }
