#!lua
-- Drops records of finished runs that nobody works on. From then on nobody can tell any more
-- whether they were loaded.

local forgotten = tonumber(redis.call('HGET', state, 'forgotten') or 0)
for _, at in ipairs(locals) do
  local run = read_run(runs, at)
  if run and FINISHED[run.state] and not (run.owner and now_ms() < run.leaseUntil) then
    redis.call('HDEL', runs, at)
    redis.call('HDEL', campaigns, run.campaign)
    forgotten = math.max(forgotten, run.dueAt)
  end
end
redis.call('HSET', state, 'forgotten', string.format('%.0f', forgotten))
