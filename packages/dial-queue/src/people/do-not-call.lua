#!lua
-- Changes the do-not-call list and, in the same step, its version, so that a version says which
-- list it was.
--
-- KEYS: claim counts, then each person's bucket
-- ARGV: SADD | SREM, then each person's member
-- Answers: how many were not on the list before, or were
local changed, failure = 0, nil
for index = 2, #KEYS do
  local reply = redis.pcall(ARGV[1], KEYS[index], ARGV[index])
  if type(reply) == 'table' then
    failure = reply
    break
  end
  changed = changed + reply
end
-- Also where the rest failed: what is done stays done.
if changed > 0 then redis.call('HINCRBY', KEYS[1], 'doNotCall', 1) end
return failure or changed
