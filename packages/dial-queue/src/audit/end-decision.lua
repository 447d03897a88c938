#!lua flags=allow-oom
-- Keeps how a decision ended (`ending`, without the closing brace), and when, unless the decision
-- itself has gone.

if #redis.call('XRANGE', audit, id, id) == 0 then return end
redis.call('HSET', audit_ends, id, ending .. string.format(',"at":%.0f}', now_ms()))
