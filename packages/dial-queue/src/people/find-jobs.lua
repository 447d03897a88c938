#!lua flags=no-writes
-- One step through all jobs of all campaigns: those whose data hold a text.
--
-- Answers: next cursor, then key, data and timestamp of each job found

local step = redis.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', count, 'TYPE', 'hash')
local reply = { step[1] }
for _, key in ipairs(step[2]) do
  local job = redis.call('HMGET', key, 'data', 'timestamp')
  if job[1] and string.find(job[1], text, 1, true) then
    reply[#reply + 1] = key
    reply[#reply + 1] = job[1]
    reply[#reply + 1] = job[2]
  end
end
return reply
