#!lua flags=allow-oom
-- Ends what was set aside: it stands there no more, and a call that has no outcome yet gets one.
--
-- KEYS: ledger, campaign state, claims, revised results, results stream, expiries, jobs set aside
-- ARGV: campaign, job id, the call's entry as it was read or '', and, for an outcome: the entry
--   to be, the result (a JSON object without its last field and closing brace)
-- Answers: ended | changed (the entry is another by now: read it again)
local ledger, campaign_state, claims, revised, results, expiries, set_aside = unpack(KEYS)
local campaign, job_id, before, after, result = unpack(ARGV)

if (redis.call('HGET', ledger, job_id) or '') ~= before then return 'changed' end
-- Its row was loaded again, or somebody else has ended it.
if redis.call('HDEL', set_aside, job_id) == 0 then return 'ended' end
redis.call('ZREM', expiries, job_id)
if after then
  local entry = cjson.decode(after)
  redis.call('HSET', ledger, job_id, after)
  redis.call('ZREM', claims, job_id)
  redis.call('HINCRBY', campaign_state, 'outcome:' .. entry.state, 1)
  write_result({ state = campaign_state, revised = revised, results = results }, campaign, job_id, result, entry.revision)
end
return 'ended'
