#!lua
-- A person has dead letters sent again, one step of it: they move to a stream that the forwarder
-- reads beside the results.
--
-- KEYS: dead letters, stream of those sent again
-- ARGV: the last to be moved, how many at most
-- Answers: how many were moved
local dead, again = KEYS[1], KEYS[2]
local letters = redis.call('XRANGE', dead, '-', ARGV[1], 'COUNT', ARGV[2])
for _, letter in ipairs(letters) do
  local told = {}
  for index = 1, #letter[2], 2 do told[letter[2][index]] = letter[2][index + 1] end
  redis.call('XADD', again, '*', 'id', told.id, 'campaign', told.campaign, 'result', told.result)
  redis.call('XDEL', dead, letter[1])
end
return #letters
