#!lua flags=allow-oom
-- Gives a result up: it becomes a dead letter as it is in its stream, and is acknowledged. Not if
-- somebody has delivered it or given it up before, and not if it was removed from its stream
-- because a person was erased: what a forwarder still knows of them must not come back.
--
-- Answers: whether it is a dead letter now (1/0)

local stream = source == 'again' and again or results
redis.call('HDEL', attempts, id)
local is_own, told = redis.call('XACK', stream, group, entry) == 1, read_forwarded(stream, entry)
if not is_own or not told then return 0 end
redis.call('XADD', dead, '*',
  'id', id, 'campaign', told.campaign, 'result', told.result,
  'reason', reason, 'attempts', spent, 'at', at)
if source == 'again' then redis.call('XDEL', again, entry) end
return 1
