-- A forwarder's entries lie in two streams: that of all results, and that of the dead letters a person has sent again. ARGV names
-- an entry as two values, the place of its stream among the KEYS (from `first_key`) and its id there. Those that a consumer still has in
-- hand: a forwarder that stood still may have lost them to another, and a person may have removed the group.
local function is_held_by(key, group, consumer, entry)
  local pending = redis.pcall('XPENDING', key, group, entry, entry, 1)
  return not pending.err and pending[1] ~= nil and pending[1][2] == consumer
end
