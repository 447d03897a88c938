#!lua flags=allow-oom
-- Keeps a decision. Beyond the most that are kept, the oldest go, each with its end.
--
-- Answers: its id

local id = redis.call('XADD', audit, '*', unpack(fields))
local over = redis.call('XLEN', audit) - most
if over > 0 then
  for _, oldest in ipairs(redis.call('XRANGE', audit, '-', '+', 'COUNT', over)) do
    redis.call('HDEL', audit_ends, oldest[1])
    redis.call('XDEL', audit, oldest[1])
  end
end
return id
