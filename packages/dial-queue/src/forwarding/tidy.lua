#!lua flags=allow-oom
-- Forgets consumers that have nothing in hand and have not been heard of for long: forwarders that
-- were killed.
--
-- KEYS: results stream, stream of those sent again
-- ARGV: group, ms
for _, key in ipairs(KEYS) do
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', key, ARGV[1])) do
    local told = {}
    for index = 1, #consumer, 2 do told[consumer[index]] = consumer[index + 1] end
    if told.pending == 0 and told.idle > tonumber(ARGV[2]) then redis.call('XGROUP', 'DELCONSUMER', key, ARGV[1], told.name) end
  end
end
