#!lua
-- The gate: decides, in one step, whether a call may go out now and, if so, writes the intent. Without the flag allow-oom a
-- full Redis refuses this script, so that no phone rings whose ringing could not be recorded.
--
-- SERVER, put before this text, names the one server process that is given it: any other refuses it as unknown (NOSCRIPT), also
-- where a client sends a question again to a server that has taken the place of the one that was asked.
--
-- KEYS: ledger, campaign state, claims, holds, do-not-call bucket, claim counts
-- ARGV: call id, owner, JSON {campaign, person, ready, renews?, startsAt?, expiresAt?, opensAt, closesAt, sendWithinMs, claimMs, seen},
--       the lines that may carry the call, best first
--       Or nothing at all, to be told whether this is SERVER (1/0). Or 'fence', to write anything (see ReplicaFence). Both with the
--       claim counts as the only key.
--
-- Answers, in order of precedence (all times in ms of this server's clock):
--   done <outcome> | busy <deadline> | in_doubt <owner> <attempts> <line> <claimedAt>
--   skip <outcome> <reason> <attempts so far> | paused | held <scope> <reason> <retryAt or 0> <is the call that opened it: 1/0>
--   wait <until> <what for> | unready | uncompared (claims that the asker has seen are lost, or may be) | dial <JSON claim>
-- every one followed by the server's clock and the number of claims made on this server.
if #ARGV == 0 then return server_name() == SERVER and 1 or 0 end
if #ARGV == 1 then return redis.call('HSET', KEYS[1], 'fenced', now_ms()) end
local ledger, campaign_state, claims, holds, do_not_call, counts = unpack(KEYS)
local call_id, owner = ARGV[1], ARGV[2]
local ask = cjson.decode(ARGV[3])
local now = now_ms()

local last_claim
local function answer(...)
  local reply = { ... }
  reply[#reply + 1] = now
  reply[#reply + 1] = last_claim or tonumber(redis.call('HGET', counts, SERVER) or 0)
  return reply
end

local entry = read_entry(ledger, call_id)
if is_settled(entry) then return answer('done', entry.state) end
if entry and entry.state == 'claimed' then
  if entry.owner ~= owner then
    if now <= entry.deadline then return answer('busy', entry.deadline) end
    return answer('in_doubt', entry.owner, entry.attempts, entry.line, entry.claimedAt)
  end
  -- The same owner asks again because the reply was lost: it gets the same claim.
  if not ask.renews or entry.attempts > ask.renews then return answer('dial', cjson.encode(entry)) end
  -- Past its deadline others may be writing it off: renewed now, it would be used by one and in doubt to the rest.
  if now > entry.deadline then return answer('busy', entry.deadline) end
end

local attempts = entry and entry.attempts or 0
local function skip(outcome, reason)
  return answer('skip', outcome, reason, attempts)
end

local state = redis.call('HMGET', campaign_state, 'canceled', 'paused', 'expiresAt', 'startsAt')
if state[1] then return skip('canceled', 'campaign_canceled') end

local expires_at = ask.expiresAt or tonumber(state[3])
if expires_at and now >= expires_at then return skip('expired', 'deadline') end

if redis.call('SISMEMBER', do_not_call, ask.person) == 1 then return skip('suppressed', 'do_not_call') end

if state[2] then return answer('paused') end

local probes = {}
-- Asked once: most of the time nothing at all is held.
local any_holds = redis.call('EXISTS', holds) == 1
-- Nil when the scope is free for this call or it may be its probe; else how it is held.
local function held(scope)
  local hold = any_holds and read_hold(holds, scope)
  if not hold then return nil end
  if hold.person then return { scope, hold.reason, 0, 0 } end
  local is_opener = hold.by == call_id
  -- The call that opened a hold leaves the first probe to another: alone at fault, it would only prolong it for all.
  local retry_at = hold.retryAt + (is_opener and hold.firstPauseMs or 0)
  if now < retry_at then return { scope, hold.reason, retry_at, is_opener and 1 or 0 } end
  local free_at = probe_free_at(hold, owner, now)
  if free_at then return { scope, hold.reason, free_at, 0 } end
  probes[#probes + 1] = scope
  return nil
end

local barrier = held('all') or held('campaign:' .. ask.campaign)
if barrier then return answer('held', unpack(barrier)) end

local line
for index = 4, #ARGV do
  local shut = held('line:' .. ARGV[index])
  if not shut then
    line = ARGV[index]
    break
  end
  if not barrier or shut[3] < barrier[3] then barrier = shut end
end
if not line then return answer('held', unpack(barrier)) end

local function wait(till, what_for)
  return answer('wait', expires_at and math.min(till, expires_at) or till, what_for)
end
local starts_at = ask.startsAt or tonumber(state[4])
if starts_at and now < starts_at then return wait(starts_at, 'starts_at') end
if now < ask.opensAt then return wait(ask.opensAt, 'calling_window') end
if now >= ask.closesAt then return wait(now, 'calling_window') end

if not ask.ready then return answer('unready') end

-- A failover and another back to this very process: it knows the gate still, and the data have been elsewhere since it was compared.
local last_met = SERVER ~= 'unnamed' and redis.call('HGET', counts, 'server')
if last_met and last_met ~= SERVER then return answer('uncompared') end

last_claim = redis.call('HINCRBY', counts, SERVER, 1)
if last_claim <= ask.seen then
  last_claim = redis.call('HINCRBY', counts, SERVER, -1)
  return answer('uncompared')
end

-- A claim is renewed only after a request that was refused: that one counts as an attempt.
local claim = {
  state = 'claimed', owner = owner, line = line, claimedAt = now,
  -- Nothing may be sent after sendBy; after deadline everybody takes a claim without an outcome for in doubt.
  sendBy = math.min(now + ask.sendWithinMs, ask.closesAt, expires_at or math.huge), deadline = now + ask.claimMs,
  attempts = ask.renews and ask.renews + 1 or attempts, failures = entry and entry.failures or 0,
  refusals = entry and entry.refusals or 0, acceptedMark = entry and entry.acceptedMark or 0,
  revision = entry and entry.revision or 0, probes = #probes > 0 and probes or nil,
}
local written = write_entry(ledger, call_id, claim)
redis.call('ZADD', claims, claim.deadline, call_id)
for _, scope in ipairs(probes) do lend_probe(holds, now, scope, owner, claim.deadline) end
return answer('dial', written)
