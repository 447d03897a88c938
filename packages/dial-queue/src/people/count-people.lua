#!lua flags=no-writes
-- KEYS: buckets of the do-not-call list
-- Answers: how many people they hold
local count = 0
for _, bucket in ipairs(KEYS) do count = count + redis.call('SCARD', bucket) end
return count
