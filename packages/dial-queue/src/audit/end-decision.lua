#!lua flags=allow-oom
-- Keeps how a decision ended (`ending`, open at its end), and when, unless the decision itself is
-- kept no more.

if #redis.call('XRANGE', audit, id, id) == 0 then return end
redis.call('HSET', audit_ends, id, ending .. string.format(',"at":%.0f}', now_ms()))
