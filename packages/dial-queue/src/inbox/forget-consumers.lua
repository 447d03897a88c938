#!lua flags=allow-oom
-- Takes consumers off the group that have long done nothing and hold nothing; or `only` one of
-- them. With an entry in hand none goes: it would be pending nowhere, and lost.
--
-- Answers: how many went

local forgotten = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', inbox, group)) do
  local is = {}
  for index = 1, #consumer, 2 do is[consumer[index]] = consumer[index + 1] end
  if is.pending == 0 and is.idle >= idle_ms and (not only or is.name == only) then
    redis.call('XGROUP', 'DELCONSUMER', inbox, group, is.name)
    forgotten = forgotten + 1
  end
end
return forgotten
