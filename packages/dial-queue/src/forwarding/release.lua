#!lua flags=allow-oom
-- A forwarder stops: what it has in hand is for any other to claim at once. It leaves the groups,
-- unless entries stand in its name that it does not know of: those would go with it.
--
-- KEYS: results stream, stream of those sent again ARGV: group, consumer, idle ms from which others
-- claim, then stream (1 or 2: its place among the KEYS), entry; again and again
local group, consumer, idle_ms = ARGV[1], ARGV[2], ARGV[3]
for index = 4, #ARGV, 2 do
  local key, entry = KEYS[tonumber(ARGV[index])], ARGV[index + 1]
  if is_held_by(key, group, consumer, entry) then
    redis.call('XCLAIM', key, group, 'released', 0, entry, 'IDLE', idle_ms, 'JUSTID')
  end
end
for _, key in ipairs(KEYS) do
  local pending = redis.pcall('XPENDING', key, group, '-', '+', 1, consumer)
  if not pending.err and #pending == 0 then redis.call('XGROUP', 'DELCONSUMER', key, group, consumer) end
end
