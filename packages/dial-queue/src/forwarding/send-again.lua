#!lua
-- One step of sending dead letters again, as a person has asked: they move to a stream that the
-- forwarder reads beside the results. `last` is the last of them to be moved.
--
-- Answers: how many were moved

local letters = redis.call('XRANGE', dead, '-', last, 'COUNT', count)
for _, letter in ipairs(letters) do
  local told = {}
  for index = 1, #letter[2], 2 do told[letter[2][index]] = letter[2][index + 1] end
  redis.call('XADD', again, '*', 'id', told.id, 'campaign', told.campaign, 'result', told.result)
  redis.call('XDEL', dead, letter[1])
end
return #letters
