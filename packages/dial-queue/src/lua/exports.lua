-- How far others have read the results of a campaign: what all have read may be trimmed.
local function reaches(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  ms, seq = tonumber(ms), tonumber(seq)
  other_ms, other_seq = tonumber(other_ms), tonumber(other_seq)
  return ms > other_ms or (ms == other_ms and seq >= other_seq)
end

local function last_delivered(group)
  for index = 1, #group, 2 do
    if group[index] == 'last-delivered-id' then return group[index + 1] end
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
    if not reaches(last_delivered(group), last)
      or #redis.call('XPENDING', results, name, first, last, 1) > 0 then
      behind[#behind + 1] = name
    end
  end
  return exported and reaches(exported, last) or false, #groups > 0, behind
end
