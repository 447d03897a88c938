#!lua flags=allow-oom
-- Says that a forwarder lives and still has these in hand, so that no other takes them. What was
-- removed meanwhile, because a person was erased, is not to be delivered any more.
--
-- KEYS: results stream, stream of those sent again
-- ARGV: group, consumer, then stream (1 or 2: its place among the KEYS), entry; again and again
-- Answers: for each 1, or 0 if it is another's or gone by now
local group, consumer = ARGV[1], ARGV[2]
local reply = {}
for index = 3, #ARGV, 2 do
  local key, entry = KEYS[tonumber(ARGV[index])], ARGV[index + 1]
  local is_there = read_forwarded(key, entry) ~= nil
  if not is_there then redis.call('XACK', key, group, entry) end
  local is_own = is_there and is_held_by(key, group, consumer, entry)
  if is_own then redis.call('XCLAIM', key, group, consumer, 0, entry, 'JUSTID') end
  reply[#reply + 1] = is_own and 1 or 0
end
return reply
