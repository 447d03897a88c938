#!lua
-- Before rows are added: says which of them are new, and marks the campaign as loading and open, so that no worker
-- takes it for finished between this look and the add.
--
-- KEYS: ledger, campaign state, open campaigns
-- ARGV: campaign, prefix of job keys, ms the loading mark lasts, call ids
-- Answers: canceled, or one letter per id: n (add it), q (queued already), s (settled already)
local ledger, campaign_state, open_campaigns = unpack(KEYS)
local campaign, job_prefix = ARGV[1], ARGV[2]

if redis.call('HEXISTS', campaign_state, 'canceled') == 1 then return 'canceled' end
redis.call('HSET', campaign_state, 'loadingUntil', now_ms() + tonumber(ARGV[3]))
redis.call('SADD', open_campaigns, campaign)

local verdicts = {}
for index = 4, #ARGV do
  local raw = redis.call('HGET', ledger, ARGV[index])
  local verdict = 'n'
  if redis.call('EXISTS', job_prefix .. ARGV[index]) == 1 then
    verdict = 'q'
  elseif raw then
    local state = cjson.decode(raw).state
    -- An open entry whose job is gone was lost half-way through being queued again: adding it mends that.
    if state == 'claimed' then verdict = 'q' elseif state ~= 'open' then verdict = 's' end
  end
  verdicts[#verdicts + 1] = verdict
end
return table.concat(verdicts)
