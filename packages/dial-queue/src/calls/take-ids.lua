#!lua
-- For calls whose ids are made from their sender's key, before they are added: a new id stands for
-- the number that comes first. Calls from before there were such notes are not known here.
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
