#!lua flags=no-writes
-- How many calls of these campaigns are in doubt.
--
-- Answers: for each that has any its place, from 1, and their number

local counts = {}
for place, campaign in ipairs(ids) do
  local count = redis.call('HGET', campaign_prefix .. campaign .. ':state', 'outcome:unknown')
  if count and tonumber(count) > 0 then counts[#counts + 1] = { place, count } end
end
return counts
