#!lua flags=no-writes
-- One campaign's progress, from the queue and the counters at one instant.
--
-- KEYS: campaign state, claims, reopened calls, jobs set aside, workers that are stuck, workers off
-- its pace ARGV: prefix of the campaign's queue keys Answers: clock, calls not claimed, calls
-- claimed, calls that wait for an instant, jobs set
--   aside, the state's fields and values, what keeps its queue back (see queue_halt), how many
--   workers are stuck, and how many off its pace
local queue = ARGV[1]
local claimed = redis.call('ZCARD', KEYS[2])
local delayed = redis.call('ZCARD', queue .. 'delayed')
-- Their jobs wait, but the calls are counted as unknown.
local redialing = tonumber(redis.call('HGET', KEYS[1], 'redialing') or 0)
local now = now_ms()
local queued = jobs_in(queue) + redis.call('SCARD', KEYS[3])
return {
  now, math.max(0, queued - claimed - redialing), claimed, math.max(0, delayed - redialing), redis.call('HLEN', KEYS[4]),
  redis.call('HGETALL', KEYS[1]), queue_halt(queue),
  redis.call('ZCOUNT', KEYS[5], now, '+inf'), redis.call('ZCOUNT', KEYS[6], now, '+inf'),
}
