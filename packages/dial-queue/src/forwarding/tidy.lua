#!lua flags=allow-oom
-- Forgets consumers that have nothing in hand and have not been heard of for long: forwarders that
-- were killed.

for _, key in ipairs({ results, again }) do
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', key, group)) do
    local told = {}
    for index = 1, #consumer, 2 do told[consumer[index]] = consumer[index + 1] end
    if told.pending == 0 and told.idle > idle_ms then
      redis.call('XGROUP', 'DELCONSUMER', key, group, told.name)
    end
  end
end
