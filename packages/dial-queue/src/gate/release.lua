#!lua flags=allow-oom
-- Gives a claim back: the call provably was not taken and keeps its place. Holds dialing where the
-- verdict says so.
--
-- KEYS: ledger, campaign state, claims, breakers, holds; what the keys of lines and of people begin
--       with
-- ARGV: call id, owner,
--       JSON {channel, attempts, failures, refused?, faultAfter?, probes, hold?, run?, cause?,
--       answered?}
--       or, from a run that the gate's answer never reached, {channel, withdraws: true}: what it
--       may have claimed was not used
-- Answers: released | at_fault (this call alone is refused while others pass; still claimed)
--        | late (settled meanwhile, by the deadline) | lost
--       the first also with changes of holds, if any
local ledger, campaign_state, claims, breakers, holds, lines, people = unpack(KEYS)
local call_id, owner = ARGV[1], ARGV[2]
local context = cjson.decode(ARGV[3])
local now = now_ms()

local entry = read_entry(ledger, call_id)
if context.withdraws then
  if not entry or entry.state ~= 'claimed' or entry.owner ~= owner then return { 'lost' } end
  context.attempts, context.failures, context.probes = entry.attempts, entry.failures, {}
  for index, scope in ipairs(entry.probes or {}) do context.probes[index] = { scope = scope, verdict = 'keep' } end
end
if not entry and redis.call('HEXISTS', campaign_state, 'archived') == 1 then return { 'lost' } end
-- A claim that this Redis has lost is given back all the same: who remembers it would write it
-- again.
entry = entry or { state = 'claimed', owner = owner, refusals = 0, acceptedMark = 0, revision = 0 }
if entry.state == 'open' then return { 'released' } end
if entry.owner ~= owner then return { 'lost' } end
if entry.state ~= 'claimed' then return { entry.state == 'unknown' and 'late' or 'lost' } end

local refusals, accepted_mark = entry.refusals, entry.acceptedMark
if context.refused then
  -- Accepted calls are counted from the first refusal on.
  redis.call('HSETNX', breakers, 'accepted', 0)
  local accepted = tonumber(redis.call('HGET', breakers, 'accepted'))
  refusals = refusals + 1
  if refusals == 1 then accepted_mark = accepted end
  if refusals >= context.faultAfter and accepted > accepted_mark then
    for _, probe in ipairs(context.probes) do probe.verdict = 'keep' end
    end_probes(holds, context.channel, now, owner, context.probes, 0)
    return { 'at_fault' }
  end
end

write_entry(ledger, call_id, {
  state = 'open', owner = owner, attempts = context.attempts, failures = context.failures,
  refusals = refusals, acceptedMark = accepted_mark, revision = entry.revision,
  redials = entry.redials,
})
redis.call('ZREM', claims, call_id)
if entry.line then leave_line(lines, entry.line, owner) end
if entry.person then forget_call(people, entry.person, owner) end
if context.answered then count_answer(breakers) end
local cause = context.cause
end_probes(holds, context.channel, now, owner, context.probes, context.hold and context.hold.retryAfterMs or 0, cause)
if context.hold then open_hold(holds, context.channel, now, context.hold, call_id, cause) end
if context.run then count_run(breakers, holds, context.channel, now, context.run, call_id, cause) end
return { 'released', changes_of_holds() }
