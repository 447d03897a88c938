-- Lines: per from-number a sorted set, owner -> until when (ms) its call occupies the line. The API does not tell when a conversation
-- ends, so its length is assumed: from the answer on, and as long as there is none, from the claim's deadline on. It counts over all
-- campaigns, and each holds it against its own limit.
local function line_key(lines, line)
  return lines .. ':' .. line
end

local function calls_on(lines, line, now)
  return redis.call('ZCOUNT', line_key(lines, line), '(' .. now, '+inf')
end

-- When a line with that many calls will have room for one more. What is in flight is taken for answered now.
local function room_at(lines, line, now, calls, limit, conversation_ms)
  local key = line_key(lines, line)
  local last = redis.call('ZRANGE', key, '(' .. now, '+inf', 'BYSCORE', 'LIMIT', calls - limit, 1, 'WITHSCORES')
  return math.min(tonumber(last[2]), now + conversation_ms)
end

-- The same for the first of several full lines, each {number, calls}.
local function first_room_at(lines, full, now, limit, conversation_ms)
  local first = math.huge
  for _, line in ipairs(full) do
    first = math.min(first, room_at(lines, line.number, now, line.calls, limit, conversation_ms))
  end
  return first
end

local function occupy_line(lines, line, owner, till)
  redis.call('ZADD', line_key(lines, line), till, owner)
end

-- Those whose time is over count no more; now and then they are taken out.
local function tidy_line(lines, line, now)
  redis.call('ZREMRANGEBYSCORE', line_key(lines, line), '-inf', now)
end

local function leave_line(lines, line, owner)
  redis.call('ZREM', line_key(lines, line), owner)
end
