-- A forwarder's entries lie in two streams: that of all results, and that of the dead letters a
-- person has sent again. What a consumer has in hand it may have lost: while it stood still to
-- another, or because a person has removed the group.

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
