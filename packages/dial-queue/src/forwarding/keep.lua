#!lua flags=allow-oom
-- Reports that a forwarder is alive and still has these in hand, so that no other takes them. What
-- was removed meanwhile, because a person was erased, is not delivered any more.
--
-- Answers: for each 1, or 0 if it is another's or gone by now

local reply = {}
for _, result in ipairs(held) do
  local key, entry = result.source == 'again' and again or results, result.entry
  local is_there = read_forwarded(key, entry) ~= nil
  if not is_there then redis.call('XACK', key, group, entry) end
  local is_own = is_there and is_held_by(key, group, consumer, entry)
  if is_own then redis.call('XCLAIM', key, group, consumer, 0, entry, 'JUSTID') end
  reply[#reply + 1] = is_own and 1 or 0
end
return reply
