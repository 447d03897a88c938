-- People: per recipient a sorted set, owner -> when (ms) the call was let out, over all campaigns. A call that provably did not ring
-- is taken off again. Kept as long as the longest cap a campaign may have.
local REMEMBERED_MS = 720 * 3600000

local function person_key(people, person)
  return people .. ':' .. person
end

local function calls_since(people, person, since)
  return redis.call('ZCOUNT', person_key(people, person), '(' .. since, '+inf')
end

local function remember_call(people, person, owner, now)
  local key = person_key(people, person)
  redis.call('ZADD', key, now, owner)
  redis.call('PEXPIRE', key, REMEMBERED_MS)
end

local function tidy_person(people, person, now)
  redis.call('ZREMRANGEBYSCORE', person_key(people, person), '-inf', now - REMEMBERED_MS)
end

local function forget_call(people, person, owner)
  redis.call('ZREM', person_key(people, person), owner)
end
