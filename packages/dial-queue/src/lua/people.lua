-- People: for each recipient a sorted set, owner -> when (ms) the call was let out, over all
-- campaigns. A call that provably did not ring is removed again. Kept as long as the longest cap
-- that a campaign may have. Instants are whole; half a ms more marks a call that has no answer yet
-- and may turn out not to have rung.
local REMEMBERED_MS = 720 * 3600000
local UNANSWERED = 0.5

local function person_key(people, person)
  return people .. ':' .. person
end

-- Instants in the future are from before the clock was set back, nobody knows how long ago: they
-- count from now on.
local function bring_back_calls(people, person, now)
  local key = person_key(people, person)
  local calls = redis.call('ZRANGE', key, '(' .. now + UNANSWERED, '+inf', 'BYSCORE', 'WITHSCORES')
  for index = 1, #calls, 2 do
    redis.call('ZADD', key, now + tonumber(calls[index + 1]) % 1, calls[index])
  end
end

local function calls_since(people, person, since)
  return redis.call('ZCOUNT', person_key(people, person), '(' .. since, '+inf')
end

-- How many of these are in flight: asked less than a claim's time ago, and without an answer.
local function unanswered_calls(people, person, since, own, now, claim_ms)
  local from = math.max(since, now - claim_ms)
  local key = person_key(people, person)
  local calls = redis.call('ZRANGE', key, '(' .. from, '+inf', 'BYSCORE', 'WITHSCORES')
  local count = 0
  for index = 1, #calls, 2 do
    if calls[index] ~= own and tonumber(calls[index + 1]) % 1 == UNANSWERED then
      count = count + 1
    end
  end
  return count
end

local function remember_call(people, person, owner, at)
  local key = person_key(people, person)
  redis.call('ZADD', key, at, owner)
  redis.call('PEXPIRE', key, REMEMBERED_MS)
end

local function tidy_person(people, person, now)
  redis.call('ZREMRANGEBYSCORE', person_key(people, person), '-inf', now - REMEMBERED_MS)
end

local function forget_call(people, person, owner)
  redis.call('ZREM', person_key(people, person), owner)
end
