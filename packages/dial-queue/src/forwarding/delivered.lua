#!lua flags=allow-oom
-- The receiver has taken these results.
--
-- KEYS: attempts, results stream, stream of those sent again ARGV: group, then stream (2 or 3: its
-- place among the KEYS), entry, id of the result; again and again
for index = 2, #ARGV, 3 do
  local stream, entry = tonumber(ARGV[index]), ARGV[index + 1]
  redis.call('XACK', KEYS[stream], ARGV[1], entry)
  redis.call('HDEL', KEYS[1], ARGV[index + 2])
  if stream == 3 then redis.call('XDEL', KEYS[3], entry) end
end
