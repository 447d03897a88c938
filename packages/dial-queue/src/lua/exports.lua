-- How far others have read the results of a campaign: what all have read may be trimmed.
local function reaches(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  ms, seq = tonumber(ms), tonumber(seq)
  other_ms, other_seq = tonumber(other_ms), tonumber(other_seq)
  return ms > other_ms or (ms == other_ms and seq >= other_seq)
end

-- What XINFO answers is a list of names and values, one after the other.
local function value_in(info, name)
  for index = 1, #info, 2 do
    if info[index] == name then return info[index + 1] end
  end
end

-- Answers whether they are in a file, whether there are consumer groups, and the names of groups
-- that have not read and acknowledged everything from the campaign's first result to its last. It
-- does not look at which campaign an unacknowledged entry belongs to.
local function read_exports(results, campaign_state)
  local bounds = redis.call('HMGET', campaign_state, 'firstResult', 'lastResult', 'exported')
  local first, last, exported = bounds[1], bounds[2], bounds[3]
  if not last then return true, false, {} end
  local groups = redis.call('EXISTS', results) == 1 and redis.call('XINFO', 'GROUPS', results) or {}
  local behind = {}
  for _, group in ipairs(groups) do
    local name = group[2]
    if not reaches(value_in(group, 'last-delivered-id'), last)
      or #redis.call('XPENDING', results, name, first, last, 1) > 0 then
      behind[#behind + 1] = name
    end
  end
  return exported and reaches(exported, last) or false, #groups > 0, behind
end
