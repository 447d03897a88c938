#!lua
-- The gate: decides, in one step, whether a call may go out now and, if so, writes the intent.
-- Without the flag allow-oom a full Redis refuses this script, so that no phone rings whose ringing
-- could not be recorded.
--
-- It is bound to one server process, SERVER. Any other refuses it as unknown (NOSCRIPT), even if a
-- client repeats a question to a server that has taken the place of the one that was asked.
--
-- Answers, in order of precedence (all times in ms of this server's clock):
--   done <outcome> | busy <deadline> | in_doubt <JSON claim>
--   skip <outcome> <reason> <attempts so far> | outdated | paused
--   held <scope> <reason> <retryAt or 0> <is the call that opened it: 1/0>
--   wait <until> <what for> | unready
--   uncompared (claims that the asker has seen are lost, or may be) | dial <JSON claim>
-- every one followed by the server's clock and the number of claims made on this server.

local call_id, owner, person, limits = ask.callId, ask.owner, ask.person.member, ask.limits
local exact_now = exact_ms()
local now = math.floor(exact_now)

-- The fastest pace at which calls that wait for the same hour come back.
local OPENING_SPACING_MS = 2
local LOOK_FOR_A_FREE_PLACE_MS = 100
local CLAIMS_PER_TIDYING = 50

local last_claim
local function answer(...)
  local reply = { ... }
  reply[#reply + 1] = now
  reply[#reply + 1] = last_claim or tonumber(redis.call('HGET', claim_counts, SERVER) or 0)
  return reply
end

local entry, is_brought_back = read_entry(ledger, call_id)
if is_brought_back then
  write_entry(ledger, call_id, entry)
  if entry.state == 'claimed' then redis.call('ZADD', claims, entry.deadline, call_id) end
end
if is_over(entry) then return answer('done', entry.state) end
if entry and entry.state == 'claimed' then
  if entry.owner ~= owner then
    if now <= entry.deadline then return answer('busy', entry.deadline) end
    return answer('in_doubt', cjson.encode(entry))
  end
  -- The same owner asks again because the reply was lost: it gets the same claim.
  if not ask.renews or (entry.attempts > ask.renews and not ask.isUnsent) then
    return answer('dial', cjson.encode(entry))
  end
  -- Past its deadline others may be writing the claim off: renewed now, it would be in use here and
  -- in doubt for them.
  if now > entry.deadline then return answer('busy', entry.deadline) end
end
local renewed = entry and entry.state == 'claimed' and entry or nil

local attempts = entry and entry.attempts or 0
local function skip(outcome, reason)
  if awaits_redial(entry) then
    end_wait_for_redial(state, entry)
    write_entry(ledger, call_id, entry)
    return answer('done', 'unknown')
  end
  -- It was dialed once before, and that may have rung.
  if entry and entry.redials then outcome = 'unknown' end
  return answer('skip', outcome, reason, attempts)
end

local campaign = redis.call('HMGET', state,
  'canceled', 'paused', 'expiresAt', 'startsAt', 'lastSlot', 'hasOwnLines', 'archived', 'changed')
-- The campaign is archived and its ledger gone: nobody can tell whether this call has had its
-- outcome. A loader is told, and counts no such row as loaded.
if campaign[7] then return answer('done', 'canceled') end
if campaign[1] then return skip('canceled', 'campaign_canceled') end

local expires_at = ask.expiresAt or tonumber(campaign[3])
if expires_at and now >= expires_at then return skip('expired', 'deadline') end

-- The person first, then all others that the row names.
for _, someone in ipairs({ ask.person, unpack(ask.others or {}) }) do
  local numbers = do_not_call_sets .. ':' .. someone.bucket
  if redis.call('SISMEMBER', numbers, someone.member) == 1 then
    return skip('suppressed', 'do_not_call')
  end
end

-- From here on all depends on the campaign's definition, as the asker knows it.
if ask.edition and ask.edition ~= (campaign[8] or '') then return answer('outdated') end

local starts_at = ask.startsAt or tonumber(campaign[4])

-- How many calls the person has had within the time of each cap, without this one. If this call may
-- not go out yet, only those count that will still count at its hour.
local hour = math.max(now, ask.opensAt, starts_at or 0)
local placed, may_have_room = {}, false
if limits.caps then bring_back_calls(people, person, now) end
for index, cap in ipairs(limits.caps or {}) do
  local since = hour - cap.hours * 3600000
  local is_counted = renewed and renewed.claimedAt + UNANSWERED > since
  placed[index] = calls_since(people, person, since) - (is_counted and 1 or 0)
  if placed[index] >= cap.calls then
    local unanswered = unanswered_calls(people, person, since, owner, now, claim_ms)
    if placed[index] - unanswered >= cap.calls then return skip('suppressed', 'frequency_cap') end
    -- A call in flight to the same person may turn out not to have rung; that is known soon.
    may_have_room = true
  end
end

if campaign[2] then return answer('paused') end

-- Asked once: most of the time nothing at all is held.
local any_holds = redis.call('EXISTS', holds) == 1
local function held(scope)
  if any_holds then return held_against(holds, scope, call_id, owner, now) end
end

local probes = {}
local is_canary = false
for _, scope in ipairs({ 'all', 'campaign:' .. ask.campaign }) do
  local barrier, is_probe = held(scope)
  if barrier and barrier[2] == 'canary' then
    local hold = canary_hold(holds, ask.campaign)
    is_canary = has_canary_room(hold.canary, canary, ledger, call_id)
  end
  if barrier and not is_canary then return answer('held', unpack(barrier)) end
  if is_probe then probes[#probes + 1] = scope end
end

-- The line with the fewest calls on it, of those that are not held.
local line, calls, is_line_probe, barrier
local open_lines = {}
for _, candidate in ipairs(ask.lines) do
  local shut, is_probe = held('line:' .. candidate)
  if shut then
    barrier = sooner(barrier, shut)
  else
    -- With nothing to choose and no limit to keep, nothing need be read.
    local on_it = (#ask.lines > 1 or limits.maxPerLine) and calls_on(lines, candidate, now) or 0
    if limits.maxPerLine and on_it >= limits.maxPerLine
      and bring_back_line(lines, candidate, now, claim_ms + limits.conversationMs) then
      on_it = calls_on(lines, candidate, now)
    end
    if renewed and renewed.line == candidate then on_it = on_it - 1 end
    open_lines[#open_lines + 1] = { number = candidate, calls = on_it }
    if not line or on_it < calls then line, calls, is_line_probe = candidate, on_it, is_probe end
  end
end
if not line then return answer('held', unpack(barrier)) end
if is_line_probe then probes[#probes + 1] = 'line:' .. line end

local function wait(till, what_for)
  return answer('wait', expires_at and math.min(till, expires_at) or till, what_for)
end
-- The first owner has had its claim. Whatever it still says about it, or a settle in its name, must
-- not meet another claim of the same name.
if awaits_redial(entry) and (now < entry.redialAt or entry.owner == owner) then
  return wait(math.max(now, entry.redialAt), 'redial')
end
-- The time between one call's end and the next one's answer.
local ANSWER_MS = 1000
local busy_ms = limits.conversationMs + ANSWER_MS
-- If all calls wait for the same thing, the campaign worker sleeps and they all come back at once.
-- Calls that wait by themselves come back spread over the time it takes to place them, but for a
-- call that any line may carry over at most a quarter of its open hours.
local function wait_for_hour(at, what_for)
  if not ask.isOwnTime then return wait(at, what_for) end
  local is_of_one_line = limits.maxPerLine and ask.isOwnLine
  local place = place_at(turns, at, is_of_one_line and line or 'any', now)
  if is_of_one_line then
    return wait(at + math.floor(place / limits.maxPerLine) * busy_ms, what_for)
  end
  local line_spacing = limits.maxPerLine and busy_ms / (limits.maxPerLine * #open_lines) or 0
  local spacing = math.max(limits.intervalMs or OPENING_SPACING_MS, line_spacing)
  local hours_from = at < ask.closesAt and math.max(at, ask.opensAt) or ask.opensAt
  local quarter = math.max(1, (ask.closesAt - hours_from) / 4)
  return wait(math.floor(at + place * spacing % quarter), what_for)
end
if starts_at and now < starts_at then return wait_for_hour(starts_at, 'starts_at') end
if now < ask.opensAt then return wait_for_hour(ask.opensAt, 'calling_window') end
if now >= ask.closesAt then return wait(now, 'calling_window') end

if may_have_room then return wait(now + ANSWER_MS, 'cap') end

if limits.maxPerLine and calls >= limits.maxPerLine then
  local function nth_room(nth)
    return nth_room_at(lines, open_lines, now, limits.maxPerLine, limits.conversationMs, nth)
  end
  -- If the campaign worker slept until the pool has room, it would keep back calls that have a free
  -- line of their own.
  if ask.isOwnLine or campaign[6] then
    local function nth_answered(nth) return nth_room(nth) + ANSWER_MS end
    local where, places = ask.isOwnLine and line or 'pool', limits.maxPerLine * #open_lines
    return wait(own_line_turn(turns, where, now, places, busy_ms, nth_answered), 'own_line')
  end
  return wait(next_turn(turns, 'line', owner, now, nth_room), 'line')
end

if limits.maxInFlight then
  local in_flight = redis.call('ZCOUNT', claims, '(' .. now, '+inf') - (renewed and 1 or 0)
  if in_flight >= limits.maxInFlight then
    -- The same instants for all, so that no two workers look at the same time.
    local function nth_look(nth)
      return (math.floor(now / LOOK_FOR_A_FREE_PLACE_MS) + nth + 1) * LOOK_FOR_A_FREE_PLACE_MS
    end
    return wait(next_turn(turns, 'in_flight', owner, now, nth_look), 'in_flight')
  end
end

local slot, slot_from
if limits.intervalMs then
  local lead_ms = lead_of(ask.leadMs)
  local is_set_ahead = ask.takesItFor and exact_now > ask.takesItFor + STEP_MS + lead_ms
  local last_slot = tonumber(campaign[5] or 0)
  last_slot = slot_before_step(state, last_slot, exact_now, lead_ms, is_set_ahead)
  slot, slot_from = next_slot(last_slot, limits.intervalMs, exact_now, lead_ms)
  if not slot then
    local function nth_slot(nth) return slot_from + nth * limits.intervalMs end
    return wait(next_turn(turns, 'pace', owner, now, nth_slot), 'pace')
  end
end

if not ask.ready then return answer('unready') end

-- After a failover and another one back to this very process: it still knows the gate, but the data
-- have been elsewhere since they were compared.
local known = redis.call('HMGET', claim_counts, 'server', 'doNotCall')
if SERVER ~= 'unnamed' and known[1] and known[1] ~= SERVER then return answer('uncompared') end

last_claim = redis.call('HINCRBY', claim_counts, SERVER, 1)
if last_claim <= (ask.seen or 0) then
  last_claim = redis.call('HINCRBY', claim_counts, SERVER, -1)
  return answer('uncompared')
end

local redials = entry and entry.redials
if awaits_redial(entry) then
  begin_redial(ledger, state, call_id, entry)
  redials = 1
end

local slot_end = slot and slot_ends(slot, limits.intervalMs) or nil
local claimed_for = slot and math.ceil(slot) or now

-- A claim is renewed after a request that was refused, which counts as an attempt, or after its
-- slot was missed.
local claim = {
  state = 'claimed', owner = owner, line = line, person = person,
  conversationMs = limits.conversationMs, claimedAt = now,
  -- Nothing may be sent before sendFrom or after sendBy. After deadline a claim without an outcome
  -- counts as in doubt. The owner judges the end of a slot by its estimate of this clock, which may
  -- be late by as long as an answer takes.
  sendFrom = slot, slotEnds = slot_end,
  sendBy = math.min(
    claimed_for + send_within_ms, ask.closesAt, expires_at or math.huge,
    slot and slot_end + lead_of(ask.leadMs) or math.huge
  ),
  deadline = claimed_for + claim_ms,
  attempts = ask.renews and ask.renews + (ask.isUnsent and 0 or 1) or attempts,
  failures = entry and entry.failures or 0,
  refusals = entry and entry.refusals or 0, acceptedMark = entry and entry.acceptedMark or 0,
  revision = entry and entry.revision or 0, redials = redials,
  results = entry and entry.results,
  probes = #probes > 0 and probes or nil, isCanary = is_canary or nil,
  placed = #placed > 0 and placed or nil, doNotCall = tonumber(known[2] or 0),
}
if slot then
  redis.call('HSET', state, 'lastSlot', string.format('%.3f', slot))
  end_turn(turns, 'pace', owner)
end
if renewed and renewed.line ~= line then leave_line(lines, renewed.line, owner) end
occupy_line(lines, line, owner, claim.deadline + limits.conversationMs)
remember_call(people, person, owner, now + UNANSWERED)
if limits.maxPerLine then mark_line(lines, line, now) end
tidy_line(lines, line, now)
if last_claim % CLAIMS_PER_TIDYING == 0 then tidy_person(people, person, now) end
local written = write_entry(ledger, call_id, claim)
redis.call('ZADD', claims, claim.deadline, call_id)
if is_canary then redis.call('SADD', canary, call_id) end
for _, scope in ipairs(probes) do lend_probe(holds, now, scope, owner, claim.deadline) end
return answer('dial', written)
