#!lua flags=no-writes
-- What campaigns have noted under a name (see CallNames).
--
-- Answers: a list for each campaign that has anything: its place, from 1, whether some of its calls
-- may not be noted, then fields and values of its index that begin with the name's hash

local answer = {}
for place, campaign in ipairs(ids) do
  local own = campaign_prefix .. campaign .. ':'
  local known = redis.call('HMGET', own .. 'state', 'dedupeBy', 'named')
  local is_unnamed = known[1] and known[1] ~= kind and not known[2]
  local found = { place, is_unnamed and 1 or 0 }
  local fields = redis.call('HGETALL', own .. 'names:' .. bucket)
  for index = 1, #fields, 2 do
    if string.sub(fields[index], 1, #hash) == hash then
      found[#found + 1], found[#found + 2] = fields[index], fields[index + 1]
    end
  end
  if is_unnamed or #found > 2 then answer[#answer + 1] = found end
end
return answer
