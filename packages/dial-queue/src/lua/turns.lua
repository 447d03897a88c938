-- Turns: a hash per campaign, what is waited for -> the instant (ms) of the last turn that was given. Those who wait for the same
-- come back one after the other, each about when there will be room for it, and not all at once.
local MOST_AHEAD = 32

-- At or after `first`. `is_patient`: behind everyone; else few enough ahead that turns nobody came for are soon forgotten.
local function next_turn(turns, what, first, spacing_ms, is_patient)
  local tail = tonumber(redis.call('HGET', turns, what) or 0)
  if not is_patient then tail = math.min(tail, first + MOST_AHEAD * spacing_ms) end
  local turn = math.ceil(math.max(first, tail))
  redis.call('HSET', turns, what, string.format('%.0f', turn + spacing_ms))
  return turn
end

-- An instant at or after `at` that is the call's own, so that those who wait for the same hour come back over as long as it takes to
-- place `waiting` of them, but over `most_ms` at the longest.
local function own_instant(call_id, at, waiting, spacing_ms, most_ms)
  local share = tonumber(string.sub(redis.sha1hex(call_id), 1, 8), 16) / 2 ^ 32
  return math.floor(at + share * math.min(waiting * spacing_ms, most_ms))
end
