#!lua
-- Notes that a list is being loaded into a campaign whose rows are calls by their place in it. Not
-- another one than before unless that is meant: it may hold the same people, and would ring them
-- again.
--
-- KEYS: campaign state
-- ARGV: hash of the list, 1 if another list is meant
-- Answers whether it may be loaded
local campaign_state = KEYS[1]
local hash, is_meant = ARGV[1], ARGV[2] == '1'

local noted = redis.call('HGET', campaign_state, 'lists')
if not noted then
  redis.call('HSET', campaign_state, 'lists', hash)
elseif not noted:find(hash, 1, true) then
  if not is_meant then return 0 end
  redis.call('HSET', campaign_state, 'lists', noted .. ' ' .. hash)
end
return 1
