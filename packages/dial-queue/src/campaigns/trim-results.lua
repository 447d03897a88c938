#!lua flags=allow-oom
-- One step through the stream: removes those of a campaign's results that may go. It begins behind
-- the stream id `behind`, or with the first of them.
--
-- Answers: stream id to go on behind; nothing when it is through

local bounds = redis.call('HMGET', state, 'firstResult', 'trimTo')
if not bounds[1] or not bounds[2] then return nil end

local from = behind and '(' .. behind or bounds[1]
local entries = redis.call('XRANGE', results, from, bounds[2], 'COUNT', count)
local own = {}
for _, entry in ipairs(entries) do
  if entry[2][2] == campaign then own[#own + 1] = entry[1] end
end
if #own > 0 then redis.call('XDEL', results, unpack(own)) end
if #entries == count then return entries[#entries][1] end
-- Another time it need not begin before that.
redis.call('HSET', state, 'firstResult', bounds[2])
return nil
