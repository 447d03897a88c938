#!lua flags=allow-oom
-- Ends calls that nobody has tried, if their campaign is canceled, and removes their jobs. Each is
-- written as the gate and a settle would have written it; every other call is left to those two. A
-- job that a worker has in hand goes when its run ends.
--
-- It is bound to one server process, as the gate is. Safe to send again by the same owner.
--
-- Answers: the ids of those that have ended by it

local ended = {}
local is_canceled, is_archived = unpack(redis.call('HMGET', state, 'canceled', 'archived'))
if not is_canceled or is_archived then return ended end
local keys = { state = state, revised = revised, results = results }
for _, call in ipairs(calls) do
  local call_id = call.callId
  local entry = read_entry(ledger, call_id)
  if not entry then
    entry = { state = 'canceled', owner = owner, attempts = 0, revision = 1 }
    write_result(keys, campaign, call_id, call.resultHead, entry)
    write_entry(ledger, call_id, entry)
    redis.call('HINCRBY', state, 'outcome:canceled', 1)
    redis.call('HSET', kept, call_id, call.payload)
  end
  if entry.state == 'canceled' and entry.owner == owner then
    redis.call('ZREM', expiries, call_id)
    remove_job(queue, call_id)
    ended[#ended + 1] = call_id
  end
end
return ended
