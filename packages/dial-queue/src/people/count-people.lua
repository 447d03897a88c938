#!lua flags=no-writes
-- How many people these parts of the do-not-call list hold.

local count = 0
for _, bucket in ipairs(buckets) do count = count + redis.call('SCARD', bucket) end
return count
