#!lua
-- Before calls are added whose ids come of a key that their sender gives: an id that is new is for
-- the number that comes first. Of a call that was there before there were such notes nothing is
-- known here.
--
-- Answers: one letter per call: y, or n (its id is for another number)

local letters = {}
for index, call in ipairs(calls) do
  local bucket = buckets[index]
  if load_verdict(ledger, queue, call.callId) == 'n' then
    redis.call('HSETNX', bucket, call.field, call.number)
  end
  local owner = redis.call('HGET', bucket, call.field)
  letters[index] = (not owner or owner == call.number) and 'y' or 'n'
end
return table.concat(letters)
