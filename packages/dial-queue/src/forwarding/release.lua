#!lua flags=allow-oom
-- A forwarder stops: any other may claim at once what it has in hand (others claim what has been
-- idle for `idle_ms`). It leaves the groups, unless entries stand in its name that it does not know
-- of: those would be lost with it.

for _, result in ipairs(held) do
  local key, entry = result.source == 'again' and again or results, result.entry
  if is_held_by(key, group, consumer, entry) then
    redis.call('XCLAIM', key, group, 'released', 0, entry, 'IDLE', idle_ms, 'JUSTID')
  end
end
for _, key in ipairs({ results, again }) do
  local pending = redis.pcall('XPENDING', key, group, '-', '+', 1, consumer)
  if not pending.err and #pending == 0 then
    redis.call('XGROUP', 'DELCONSUMER', key, group, consumer)
  end
end
