#!lua flags=no-writes
-- Which of these calls there is anything of, in whatever campaign each may be: a job, an entry, or
-- what is kept beside those.
--
-- Answers: their places, from 1

local places = {}
for place, call in ipairs(calls) do
  local own = campaign_prefix .. call.campaign .. ':'
  local is_kept = redis.call('EXISTS', queue_prefix .. call.campaign .. ':' .. call.callId) == 1
    or redis.call('HEXISTS', own .. 'ledger', call.callId) == 1
    or redis.call('HEXISTS', own .. 'kept', call.callId) == 1
    or redis.call('HEXISTS', own .. 'aside', call.callId) == 1
  if is_kept then places[#places + 1] = place end
end
return places
