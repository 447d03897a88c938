#!lua flags=allow-oom
-- Gives a claim back: the call provably was not taken and keeps its place. Holds dialing where the
-- verdict says so.
--
-- A run that the gate's answer never reached `withdraws`: what it may have claimed was not used.
--
-- Answers: released | at_fault (this call alone is refused while others pass; still claimed)
--        | late (settled meanwhile, by the deadline) | lost
--       the first also with changes of holds, if any

local call_id, owner = release.callId, release.owner
local now = now_ms()

local entry = read_entry(ledger, call_id)
if release.withdraws then
  if not entry or entry.state ~= 'claimed' or entry.owner ~= owner then return { 'lost' } end
  release.attempts, release.failures, release.probes = entry.attempts, entry.failures, {}
  for index, scope in ipairs(entry.probes or {}) do
    release.probes[index] = { scope = scope, verdict = 'keep' }
  end
end
if not entry and redis.call('HEXISTS', state, 'archived') == 1 then return { 'lost' } end
-- A claim that this Redis has lost is given back all the same: who remembers it would write it
-- again.
entry = entry or { state = 'claimed', owner = owner, refusals = 0, acceptedMark = 0, revision = 0 }
if entry.state == 'open' then return { 'released' } end
if entry.owner ~= owner then return { 'lost' } end
if entry.state ~= 'claimed' then return { entry.state == 'unknown' and 'late' or 'lost' } end

local refusals, accepted_mark = entry.refusals, entry.acceptedMark
if release.faultAfter then
  -- Accepted calls are counted from the first refusal on.
  redis.call('HSETNX', breakers, 'accepted', 0)
  local accepted = tonumber(redis.call('HGET', breakers, 'accepted'))
  refusals = refusals + 1
  if refusals == 1 then accepted_mark = accepted end
  if refusals >= release.faultAfter and accepted > accepted_mark then
    for _, probe in ipairs(release.probes) do probe.verdict = 'keep' end
    end_probes(holds, channel, now, owner, release.probes, 0)
    return { 'at_fault' }
  end
end

write_entry(ledger, call_id, {
  state = 'open', owner = owner, attempts = release.attempts, failures = release.failures,
  refusals = refusals, acceptedMark = accepted_mark, revision = entry.revision,
  redials = entry.redials, results = entry.results,
})
redis.call('ZREM', claims, call_id)
if entry.line then leave_line(lines, entry.line, owner) end
if entry.person then forget_call(people, entry.person, owner) end
if release.answered then count_answer(breakers) end
local cause = release.cause
local retry_after_ms = release.hold and release.hold.retryAfterMs or 0
end_probes(holds, channel, now, owner, release.probes, retry_after_ms, cause)
if release.hold then open_hold(holds, channel, now, release.hold, call_id, cause) end
if release.run then count_run(breakers, holds, channel, now, release.run, call_id, cause) end
return { 'released', changes_of_holds() }
