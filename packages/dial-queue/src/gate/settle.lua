#!lua flags=allow-oom
-- Records a call's outcome: ledger, counters, results stream, holds. Runs even when Redis is full:
-- what has rung must be written down.
--
-- `result_head` is the result as a JSON object without its last fields and closing brace, `payload`
-- what is to be kept of the call. Its job, where a worker has it in hand, is completed in the same
-- step by BullMQ's own script, `move_to_finished`; `completion` are the keys that it takes.
--
-- Answers: settled <revision> <redialAt, if any> <changes of holds, if any> <job completed, if so>
--        | already <outcome> <redialAt, if any> <nothing> <job completed, if so>
--        | lost (another owner holds the claim, or it is over)

local call_id, owner, outcome = settlement.callId, settlement.owner, settlement.outcome
local now = now_ms()

-- What BullMQ's script says of it, the next job with it. False if the job is not completed by this:
-- its worker does it, and learns why not.
local function complete_job()
  local job = settlement.job
  if not job then return false end
  completion[12] = queue .. call_id
  local options = cmsgpack.pack({
    token = job.token, lockDuration = job.lockMs, keepJobs = { count = 0 }, attempts = 0,
    maxMetricsSize = '',
  })
  local takes_next = job.takesNext and '1' or '0'
  local is_run, said = pcall(move_to_finished, completion, {
    call_id, string.format('%d', job.at), 'returnvalue', 'null', 'completed', takes_next, queue,
    options,
  })
  local is_completed = is_run and (type(said) == 'table' or said == 0)
  return is_completed and said
end

local function answer(word, what, redial_at)
  local has_ended = word ~= 'lost' and not redial_at
  return {
    word, what or false, redial_at or false, changes_of_holds() or false,
    has_ended and complete_job(),
  }
end

local entry = read_entry(ledger, call_id)
-- Nothing is claimed in an archived campaign: this is a late word, and the call has been counted.
if (not entry or entry.state ~= 'claimed') and redis.call('HEXISTS', state, 'archived') == 1 then
  return answer('already', is_settled(entry) and entry.state or 'canceled')
end
-- Most entries are known to belong to no canary.
local is_of_canary = not entry or entry.state ~= 'claimed' or entry.isCanary
local is_lost_claim = not entry or entry.state == 'open'
if has_lost_redial(entry, settlement.redials) and entry.owner ~= owner then
  is_lost_claim = true
  begin_redial(ledger, state, call_id, entry)
  entry = {
    state = 'claimed', owner = owner, failures = entry.failures, revision = entry.revision,
    results = entry.results,
  }
end
if entry and entry.state == 'claimed' and entry.owner ~= owner then
  if entry.redials then note_late_word(ledger, call_id, owner, outcome) end
  return answer('lost')
end
-- That claim is over: given back before it was written off, or settled, and this a late copy of it,
-- and queued again since.
if entry and entry.state == 'open' and entry.owner == owner then return answer('lost') end
if is_settled(entry) then
  -- The reply was lost and the command sent again.
  if entry.owner == owner and entry.state == outcome then
    return answer('settled', entry.revision, entry.redialAt)
  end
  -- Only the owner, late but alive, may say what became of a call that others had to take for
  -- unknown.
  local is_correction = entry.state == 'unknown' and entry.owner == owner
  if not is_correction and not is_outdated(entry, settlement.resultsBefore or 0) then
    return answer('already', entry.state, entry.redialAt)
  end
  end_wait_for_redial(state, entry)
  redis.call('HINCRBY', state, 'outcome:' .. entry.state, -1)
end
-- Whoever wrote off its claim has left it its places; one that this Redis has lost has none.
local is_written_off = is_settled(entry) and entry.owner == owner
local claimed = entry and entry.state == 'claimed' and entry.line and entry or settlement.claimed

local revision = (entry and entry.revision or 0) + 1
local failures = entry and entry.failures or 0
local settled = {
  state = outcome, owner = owner, attempts = settlement.attempts, revision = revision,
  failures = failures > 0 and failures or nil,
  redials = entry and entry.redials or settlement.redials, results = entry and entry.results,
}
if outcome == 'unknown' then
  settled.deadline, settled.writtenAt = entry and entry.deadline or now, now
  if settlement.redialAfterMs and not settled.redials then
    grant_redial(state, settled, math.max(settled.deadline, now) + settlement.redialAfterMs)
  end
end
local keys = { state = state, revised = revised, results = results }
write_result(keys, settlement.campaign, call_id, result_head, settled)
write_entry(ledger, call_id, settled)
redis.call('ZREM', claims, call_id)
if claimed then
  -- A redial that was refused leaves its call unknown because of the first attempt alone.
  local has_rung = (outcome == 'accepted' or outcome == 'unknown') and not settlement.unrung
  if not has_rung then
    leave_line(lines, claimed.line, owner)
    forget_call(people, claimed.person, owner)
  elseif not is_written_off then
    local till = math.min(now, claimed.deadline) + claimed.conversationMs
    occupy_line(lines, claimed.line, owner, till)
    remember_call(people, claimed.person, owner, claimed.claimedAt)
  end
end
if settlement.expires then redis.call('ZREM', expiries, call_id) end
redis.call('HINCRBY', state, 'outcome:' .. outcome, 1)
if payload then
  redis.call('HSET', kept, call_id, payload)
elseif revision > 1 then
  redis.call('HDEL', kept, call_id)
end

if is_of_canary and HAS_CANARY_PLACE[outcome] then
  if is_lost_claim then join_canary(holds, canary, settlement.campaign, call_id) end
  if outcome == 'accepted' then
    judge_canary(holds, canary, ledger, channel, settlement.campaign)
  end
end

-- Nothing is counted while there is no trouble: then there is no hash of breakers.
if (settlement.answered or outcome == 'accepted') and redis.call('EXISTS', breakers) == 1 then
  count_answer(breakers)
  if outcome == 'accepted' then
    redis.call('HDEL', breakers, 'run:rejections:' .. settlement.campaign)
    if redis.call('HEXISTS', breakers, 'accepted') == 1 then
      redis.call('HINCRBY', breakers, 'accepted', 1)
    end
  end
end
if settlement.run then
  count_run(breakers, holds, channel, now, settlement.run, call_id, settlement.cause)
end
if settlement.probes then
  end_probes(holds, channel, now, owner, settlement.probes, 0, settlement.cause)
end
return answer('settled', revision, settled.redialAt)
