#!lua flags=allow-oom
-- Writes claims again that this Redis has lost, and says which outcomes it has lost. A call whose
-- `claim` is not given is settled; `revision` is how many results are written for it once it is.
--
-- Answers: how many claims were written, then the places (from 0) of the settled calls whose
-- outcome is missing

local written, reply = 0, {}
-- Its ledger was removed on purpose, when none of its calls could go out any more.
if redis.call('HEXISTS', state, 'archived') == 1 then return { 0 } end

local function is_missing(entry, owner, revision, is_claim, redials)
  if entry == nil or has_lost_redial(entry, redials) then return true end
  if is_outdated(entry, revision - 1) then return true end
  -- It is settled since, whoever did it: nothing is lost, except perhaps the end of a doubt (see
  -- settle).
  if is_settled(entry) then
    return not is_claim and entry.revision < revision and entry.state == 'unknown'
  end
  -- This entry is from before our claim, unless we gave the claim back ourselves.
  if entry.state == 'open' then return entry.owner ~= owner and (entry.revision or 0) < revision end
  return entry.owner == owner and not is_claim
end

-- The call was queued again after that, and this is lost as well. So it is done again: its job may
-- be gone.
local function reopen(call_id, outcome)
  if outcome then redis.call('HINCRBY', state, 'outcome:' .. outcome, -1) end
  redis.call('SADD', reopened, call_id)
  redis.call('SADD', open_campaigns, campaign)
end

for index, call in ipairs(calls) do
  local call_id, owner = call.callId, call.owner
  local claim = call.claim and cjson.decode(call.claim)
  local redials = claim and claim.redials or call.redials
  local entry = read_entry(ledger, call_id)
  if is_missing(entry, owner, call.revision, claim ~= nil, redials) then
    if claim == nil then
      reply[#reply + 1] = index - 1
    else
      local is_redial = has_lost_redial(entry, redials)
      if is_redial then begin_redial(ledger, state, call_id, entry) end
      if is_settled(entry) then reopen(call_id, not is_redial and entry.state) end
      redis.call('HSET', ledger, call_id, call.claim)
      redis.call('ZADD', claims, claim.deadline, call_id)
      occupy_line(lines, claim.line, owner, claim.deadline + claim.conversationMs)
      remember_call(people, claim.person, owner, claim.claimedAt + UNANSWERED)
      join_canary(holds, canary, campaign, call_id)
      written = written + 1
    end
  end
end
return { written, unpack(reply) }
