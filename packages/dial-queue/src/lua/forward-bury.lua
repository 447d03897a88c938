#!lua flags=allow-oom
-- Gives a result up: it becomes a dead letter and is acknowledged. Not if somebody has delivered it or given it up before.
--
-- KEYS: attempts, results stream, stream of those sent again, dead letters
-- ARGV: group, stream (2 or 3: its place among the KEYS), entry, id of the result, campaign, result, reason, attempts, when (ISO 8601)
local group, stream, entry, id, campaign, result, reason, attempts, at = unpack(ARGV)
stream = tonumber(stream)
redis.call('HDEL', KEYS[1], id)
if redis.call('XACK', KEYS[stream], group, entry) == 0 then return 0 end
redis.call('XADD', KEYS[4], '*', 'id', id, 'campaign', campaign, 'result', result, 'reason', reason, 'attempts', attempts, 'at', at)
if stream == 3 then redis.call('XDEL', KEYS[3], entry) end
return 1
