-- A forwarder's entries are in two streams: all results, and the dead letters that a person has
-- sent again. A consumer may have lost what it has in hand: another took it while this one stood
-- still, or a person has removed the group.

-- What an entry holds; nil once it is removed.
local function read_forwarded(key, entry)
  local found = redis.call('XRANGE', key, entry, entry)[1]
  if not found then return nil end
  local told = {}
  for index = 1, #found[2], 2 do told[found[2][index]] = found[2][index + 1] end
  return told
end

local function is_held_by(key, group, consumer, entry)
  local pending = redis.pcall('XPENDING', key, group, entry, entry, 1)
  return not pending.err and pending[1] ~= nil and pending[1][2] == consumer
end
