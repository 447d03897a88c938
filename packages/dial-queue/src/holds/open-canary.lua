#!lua
-- Holds a campaign except for a set number of calls: see canary.lua. An existing canary keeps its
-- places, and has this size from now on. It replaces any other hold of the campaign, since that
-- would probe by itself.
--
-- Answers: archived | opened | stands | lifted (enough are accepted), then changes of holds, if any

if redis.call('HEXISTS', state, 'archived') == 1 then return { 'archived' } end
local now = now_ms()
local scope = 'campaign:' .. campaign
local hold = canary_hold(holds, campaign)
local stood = hold ~= nil
if not stood then
  redis.call('DEL', canary)
  hold = {
    reason = 'canary', person = true, by = '', since = now, setAt = now, retryAt = now,
    pauses = 1, pauseMs = 0, firstPauseMs = 0, maxPauseMs = 0,
  }
  note_change('opened', scope, hold, now)
end
hold.canary = { calls = calls, needed = needed }
redis.call('HSET', holds, scope, cjson.encode(hold))
announce(channel, scope)
if judge_canary(holds, canary, ledger, channel, campaign) then
  return { 'lifted', changes_of_holds() }
end
return { stood and 'stands' or 'opened', changes_of_holds() }
