#!lua flags=allow-oom
-- Gives a result up: it becomes a dead letter, as it stands in its stream, and is acknowledged. Not
-- if somebody has delivered it or given it up before, nor if it was removed from its stream: a
-- person was erased, and what a forwarder still knows of them comes back no more.
--
-- KEYS: attempts, results stream, stream of those sent again, dead letters ARGV: group, stream (2
-- or 3: its place among the KEYS), entry, id of the result, reason, attempts, when (ISO 8601)
-- Answers whether it is a dead letter now
local group, stream, entry, id, reason, attempts, at = unpack(ARGV)
stream = tonumber(stream)
redis.call('HDEL', KEYS[1], id)
local is_own, told = redis.call('XACK', KEYS[stream], group, entry) == 1, read_forwarded(KEYS[stream], entry)
if not is_own or not told then return 0 end
redis.call('XADD', KEYS[4], '*',
  'id', id, 'campaign', told.campaign, 'result', told.result, 'reason', reason, 'attempts', attempts, 'at', at)
if stream == 3 then redis.call('XDEL', KEYS[3], entry) end
return 1
