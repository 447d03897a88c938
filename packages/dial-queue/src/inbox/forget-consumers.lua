#!lua flags=allow-oom
-- Takes consumers off the group that have long done nothing and hold nothing. With an entry in hand
-- none goes: it would be pending nowhere, and lost.
--
-- KEYS: inbox
-- ARGV: group, ms without a sign of life, the only consumer this is about or ''
-- Answers: how many went
local inbox = KEYS[1]
local group, idle_ms, only = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local forgotten = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', inbox, group)) do
  local is = {}
  for index = 1, #consumer, 2 do is[consumer[index]] = consumer[index + 1] end
  if is.pending == 0 and is.idle >= idle_ms and (only == '' or is.name == only) then
    redis.call('XGROUP', 'DELCONSUMER', inbox, group, is.name)
    forgotten = forgotten + 1
  end
end
return forgotten
