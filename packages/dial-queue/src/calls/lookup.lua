#!lua
-- Says which rows are new before they are added, and marks the campaign as loading and open, so
-- that no worker takes it for finished between this look and the add. Whoever adds without such
-- marks (`mark_ms` is 0) opens the campaign afterwards.
--
-- Answers: archived, canceled, or one letter per id (see load_verdict)

local closed = redis.call('HMGET', state, 'archived', 'canceled')
if closed[1] then return 'archived' end
if closed[2] then return 'canceled' end
if mark_ms > 0 then
  redis.call('HSET', state, 'loadingUntil', now_ms() + mark_ms)
  redis.call('SADD', open_campaigns, campaign)
end

local verdicts = {}
for index, call_id in ipairs(call_ids) do verdicts[index] = load_verdict(ledger, queue, call_id) end
return table.concat(verdicts)
