#!lua flags=allow-oom
-- Notes that the results of a campaign are in a file up to a stream id. Not beyond what there is:
-- results that are yet to come would count as exported.
--
-- Answers: whether there are results up to there (1/0)

local function last_id()
  if redis.call('EXISTS', results) == 0 then return '0-0' end
  local info = redis.call('XINFO', 'STREAM', results)
  for index = 1, #info, 2 do
    if info[index] == 'last-generated-id' then return info[index + 1] end
  end
end

if not reaches(last_id(), up_to) then return 0 end
local before = redis.call('HGET', state, 'exported')
if not before or reaches(up_to, before) then redis.call('HSET', state, 'exported', up_to) end
return 1
