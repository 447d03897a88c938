#!lua
-- Notes that a list is being loaded into a campaign that tells rows by their place in a list.
-- Another list than before is refused unless it is meant: it may hold the same people, and would
-- ring them again.
--
-- Answers: whether it may be loaded (1/0)

local noted = redis.call('HGET', state, 'lists')
if not noted then
  redis.call('HSET', state, 'lists', hash)
elseif not noted:find(hash, 1, true) then
  if not is_meant then return 0 end
  redis.call('HSET', state, 'lists', noted .. ' ' .. hash)
end
return 1
