#!lua
-- A person has said that these jobs are calls of ours: they are to be queued again, by who finds
-- them on that list.
--
-- KEYS: ledger, campaign state, kept payloads, reopened calls, open campaigns, jobs set aside
-- ARGV: campaign, then call id, payload; again and again
-- Answers: how many there were to be queued
local ledger, campaign_state, kept, reopened, open_campaigns, set_aside = unpack(KEYS)
if redis.call('HEXISTS', campaign_state, 'archived') == 1 then return 0 end
local count = 0
for index = 2, #ARGV, 2 do
  local call_id, payload = ARGV[index], ARGV[index + 1]
  if redis.call('HDEL', set_aside, call_id) == 1 and not is_over(read_entry(ledger, call_id)) then
    redis.call('HSET', kept, call_id, payload)
    redis.call('SADD', reopened, call_id)
    count = count + 1
  end
end
if count > 0 then redis.call('SADD', open_campaigns, ARGV[1]) end
return count
