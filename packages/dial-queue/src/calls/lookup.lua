#!lua
-- Before rows are added: says which of them are new, and marks the campaign as loading and open, so
-- that no worker takes it for finished between this look and the add.
--
-- KEYS: ledger, campaign state, open campaigns ARGV: campaign, prefix of job keys, ms the loading
-- mark lasts (0: no marks; who adds then opens the campaign), call ids Answers: archived, canceled,
-- or one letter per id (see load_verdict)
local ledger, campaign_state, open_campaigns = unpack(KEYS)
local campaign, job_prefix = ARGV[1], ARGV[2]

local closed = redis.call('HMGET', campaign_state, 'archived', 'canceled')
if closed[1] then return 'archived' end
if closed[2] then return 'canceled' end
if ARGV[3] ~= '0' then
  redis.call('HSET', campaign_state, 'loadingUntil', now_ms() + tonumber(ARGV[3]))
  redis.call('SADD', open_campaigns, campaign)
end

local verdicts = {}
for index = 4, #ARGV do verdicts[index - 3] = load_verdict(ledger, job_prefix, ARGV[index]) end
return table.concat(verdicts)
