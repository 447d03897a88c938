-- Turns: those who wait for the same thing come back one after the other, each when there should be
-- room for it, and not all at once. Three kinds of waiting, three ways:
--   next_turn: a campaign worker, for all calls of a campaign in one process. It has one turn, and
--     keeps it. Per campaign and thing a sorted set, worker -> its turn.
--   own_line_turn: a call for its line. It gets the place that will be free first.
--   place_at: a call for its hour. It is only told how many asked before.

local function worker_of(owner)
  return string.match(owner, '^(.*)%.') or owner
end

-- When the asker's campaign worker is to ask again. `nth_room`: from 0, when there will be room for
-- one more after so many. It comes after those whose turn is no later than its own, and takes what
-- nobody else comes for. If it asks before its turn, it keeps its place.
local function next_turn(turns, what, owner, now, nth_room)
  local key = turns .. ':' .. what
  local worker = worker_of(owner)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('ZREM', key, worker)
  local nth, turn = 0, math.ceil(nth_room(0))
  while true do
    local before = redis.call('ZCOUNT', key, '-inf', turn)
    if before <= nth then break end
    nth, turn = before, math.ceil(nth_room(before))
  end
  redis.call('ZADD', key, turn, worker)
  redis.call('PEXPIRE', key, math.max(1, turn - now) + 60000)
  return turn
end

-- The asker's campaign worker has got what it waited for, perhaps ahead of its turn: nobody need
-- come after it.
local function end_turn(turns, what, owner)
  redis.call('ZREM', turns .. ':' .. what, worker_of(owner))
end

-- Turns in the future were given before the clock was set back: all are counted anew.
local function bring_back_turns(turns, now)
  if tonumber(redis.call('HGET', turns, 'givenAt') or 0) > now then redis.call('DEL', turns) end
  redis.call('HSET', turns, 'givenAt', now)
end

-- If some calls have a line of their own, calls wait for lines one by one. The next call takes the
-- place that is free first, until `busy_ms` later. For each campaign a hash: line (or pool) -> how
-- many have had a turn, line:place -> when that place is free again, givenAt -> when the last one
-- was given.
local function own_line_turn(turns, line, now, places, busy_ms, nth_room)
  bring_back_turns(turns, now)
  local count = tonumber(redis.call('HGET', turns, line) or 0)
  local function free_at(nth)
    return tonumber(redis.call('HGET', turns, line .. ':' .. nth % places) or 0)
  end
  -- Nobody waits any more: the calls on the line tell when there is room.
  if count > 0 and free_at(count - 1) < now then count = 0 end
  local turn = math.ceil(count < places and nth_room(count) or free_at(count))
  local free_again = string.format('%.0f', turn + busy_ms)
  redis.call('HSET', turns, line, count + 1, line .. ':' .. count % places, free_again)
  return turn
end

-- Calls that wait for the same hour, each by itself, come up one after the other. Answers how many
-- have asked for that minute before. Counted by what else they wait for (`what`), in a hash per
-- minute that is gone when the minute is. When the campaign's turns are taken away, all are counted
-- anew.
local function place_at(turns, at, what, now)
  bring_back_turns(turns, now)
  redis.call('HSETNX', turns, 'since', now)
  local minute = math.floor(at / 60000)
  local key = turns .. ':at:' .. redis.call('HGET', turns, 'since') .. ':' .. minute
  local place = redis.call('HINCRBY', key, what, 1) - 1
  redis.call('PEXPIREAT', key, string.format('%.0f', (minute + 1) * 60000))
  return place
end
