#!lua flags=allow-oom
-- Writes claims again that this Redis has lost, and says which outcomes it has lost.
--
-- KEYS: ledger, claims
-- ARGV: call id, owner, results written for the call once it is settled, the claim (JSON) or '' if it is settled; again and again
-- Answers: how many claims were written, then the places (from 0) of the settled calls whose outcome is missing
local ledger, claims = unpack(KEYS)
local written, reply = 0, {}

local function is_missing(entry, owner, revision, is_claim)
  if entry == nil then return true end
  -- Settled since, by whomever: nothing is lost that could still be told.
  if is_settled(entry) then return (entry.revision or 0) < revision and entry.state == 'unknown' and entry.owner == owner end
  -- From before our claim, unless we gave that back ourselves.
  if entry.state == 'open' then return entry.owner ~= owner and (entry.revision or 0) < revision end
  return entry.owner == owner and not is_claim
end

for index = 1, #ARGV, 4 do
  local call_id, owner, revision, claim = ARGV[index], ARGV[index + 1], tonumber(ARGV[index + 2]), ARGV[index + 3]
  if is_missing(read_entry(ledger, call_id), owner, revision, claim ~= '') then
    if claim == '' then
      reply[#reply + 1] = (index - 1) / 4
    else
      redis.call('HSET', ledger, call_id, claim)
      redis.call('ZADD', claims, cjson.decode(claim).deadline, call_id)
      written = written + 1
    end
  end
end
return { written, unpack(reply) }
