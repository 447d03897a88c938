-- Lines: for each from-number a sorted set, owner -> until when (ms) its call occupies the line.
-- The API does not tell when a conversation ends, so its length is assumed: it is counted from the
-- answer, or from the claim's deadline while there is none. Calls of all campaigns count, and each
-- campaign compares them with its own limit.
local function line_key(lines, line)
  return lines .. ':' .. line
end

local function calls_on(lines, line, now)
  return redis.call('ZCOUNT', line_key(lines, line), '(' .. now, '+inf')
end

-- When full lines, each {number, calls}, will have room for one more call after `nth` others (from
-- 0). Calls in flight count as answered now.
local function nth_room_at(lines, full, now, limit, conversation_ms, nth)
  local rooms = {}
  for _, line in ipairs(full) do
    local key = line_key(lines, line.number)
    local ends = redis.call('ZRANGE', key, '(' .. now, '+inf', 'BYSCORE',
      'LIMIT', line.calls - limit, nth + 1, 'WITHSCORES')
    for index = 2, #ends, 2 do
      rooms[#rooms + 1] = math.min(tonumber(ends[index]), now + conversation_ms)
    end
  end
  table.sort(rooms)
  return rooms[nth % #rooms + 1] + math.floor(nth / #rooms) * conversation_ms
end

-- Longer than any claim and its conversation.
local FORGOTTEN_AFTER_MS = 86400000
local CALLS_PER_TIDYING = 50

local function occupy_line(lines, line, owner, till)
  local key = line_key(lines, line)
  redis.call('ZADD', key, till, owner)
  -- Reading costs a fifth of writing.
  if redis.call('PTTL', key) < FORGOTTEN_AFTER_MS then
    redis.call('PEXPIRE', key, 2 * FORGOTTEN_AFTER_MS)
  end
end

-- Noted beside it: when a campaign that limits its lines last put a call on it.
local function mark_line(lines, line, now)
  redis.call('SET', line_key(lines, line) .. ':at', now, 'PX', 2 * FORGOTTEN_AFTER_MS)
end

-- A mark in the future shows by how much the clock was set back: calls from before end that much
-- sooner. A call that would be over then may also be from after the change, so it gets the longest
-- time that a call of the asker lasts. Answers whether there was anything to do.
local function bring_back_line(lines, line, now, longest_ms)
  local key = line_key(lines, line)
  local back_ms = tonumber(redis.call('GET', key .. ':at') or 0) - now
  if back_ms <= 0 then return false end
  local ends = redis.call('ZRANGE', key, '(' .. now, '+inf', 'BYSCORE', 'WITHSCORES')
  for index = 1, #ends, 2 do
    local till = tonumber(ends[index + 1])
    local sooner_till = till - back_ms > now and till - back_ms or math.min(till, now + longest_ms)
    redis.call('ZADD', key, sooner_till, ends[index])
  end
  mark_line(lines, line, now)
  return true
end

-- Calls whose time is over do not count. They are removed now and then, after so many new ones.
local function tidy_line(lines, line, now)
  local key = line_key(lines, line)
  if redis.call('ZCARD', key) % CALLS_PER_TIDYING == 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  end
end

local function leave_line(lines, line, owner)
  redis.call('ZREM', line_key(lines, line), owner)
end
