#!lua flags=no-writes
-- One campaign's progress, from the queue and the counters at one instant.
--
-- Answers: clock, calls not claimed, calls claimed, calls that wait for an instant, jobs set aside,
-- the state's fields and values, what keeps its queue back (see queue_halt), how many workers are
-- stuck, how many off its pace, and the rules that some worker does not know, as JSON

local claimed = redis.call('ZCARD', claims)
local delayed = redis.call('ZCARD', queue .. 'delayed')
-- Their jobs wait, but the calls are counted as unknown.
local redialing = tonumber(redis.call('HGET', state, 'redialing') or 0)
local now = now_ms()
local queued = jobs_in(queue) + redis.call('SCARD', reopened)
return {
  now, math.max(0, queued - claimed - redialing), claimed, math.max(0, delayed - redialing),
  redis.call('HLEN', set_aside),
  redis.call('HGETALL', state), queue_halt(queue),
  redis.call('ZCOUNT', stuck, now, '+inf'), redis.call('ZCOUNT', off_pace, now, '+inf'),
  redis.call('GET', unkept) or '[]',
}
