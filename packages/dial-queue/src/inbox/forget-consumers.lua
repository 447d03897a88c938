#!lua flags=allow-oom
-- Removes consumers from the group that have been idle for long and hold nothing; or `only` one of
-- them. A consumer with an entry in hand stays, or the entry would be lost.
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
