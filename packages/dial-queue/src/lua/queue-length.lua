-- The jobs of a campaign's queue, wherever they stand. `queue`: the prefix of its keys.
local function jobs_in(queue)
  return redis.call('LLEN', queue .. 'wait')
    + redis.call('LLEN', queue .. 'active') + redis.call('LLEN', queue .. 'paused')
    + redis.call('ZCARD', queue .. 'prioritized') + redis.call('ZCARD', queue .. 'delayed')
end
