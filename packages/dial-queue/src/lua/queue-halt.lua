-- Whether BullMQ itself keeps jobs back. Nothing here uses that; a dashboard or another program did
-- it. `queue`: the prefix of its keys. Answers paused | limited (how many at once, or how fast) |
-- open
local function queue_halt(queue)
  local meta = redis.call('HMGET', queue .. 'meta', 'paused', 'concurrency', 'max')
  local paused, concurrency, rate = unpack(meta)
  if paused or tonumber(concurrency or 1) <= 0 then return 'paused' end
  return (concurrency or rate) and 'limited' or 'open'
end
