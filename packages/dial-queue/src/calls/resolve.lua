#!lua
-- A person says that Libby took a call in doubt.
--
-- Answers: resolved <changes of holds, if any> <what somebody had decided before, if that was so>
--        | not_in_doubt <state>

local entry = read_entry(ledger, call_id)
if redis.call('HEXISTS', state, 'archived') == 1 then return { 'not_in_doubt', 'canceled' } end
if not entry or entry.state ~= 'unknown' then
  return { 'not_in_doubt', entry and entry.state or 'open' }
end

redis.call('HINCRBY', state, 'outcome:unknown', -1)
redis.call('HINCRBY', state, 'outcome:accepted', 1)
end_wait_for_redial(state, entry)
local before = entry.decided
note_decision(entry, decision)
entry.state, entry.revision = 'accepted', entry.revision + 1
local keys = { state = state, revised = revised, results = results }
write_result(keys, campaign, call_id, result, entry)
write_entry(ledger, call_id, entry)
redis.call('HDEL', kept, call_id)
judge_canary(holds, canary, ledger, channel, campaign)
return { 'resolved', changes_of_holds() or false, before and cjson.encode(before) or false }
