#!lua flags=allow-oom
-- After the job of a settled call was removed: a person may have queued the call again just before, and that job was taken for the
-- new one. Then the call goes back on the list of those to be queued again.
--
-- KEYS: ledger, kept payloads, reopened calls, open campaigns
-- ARGV: campaign, call id, payload
local ledger, kept, reopened, open_campaigns = unpack(KEYS)
local campaign, call_id, payload = unpack(ARGV)
if is_over(read_entry(ledger, call_id)) then return end
redis.call('HSET', kept, call_id, payload)
redis.call('SADD', reopened, call_id)
redis.call('SADD', open_campaigns, campaign)
