#!lua flags=allow-oom
-- Ends a job that was set aside: it is removed from there, and a call without an outcome gets one.
-- `after` and `result` are then its entry and record to be, `before` its entry as it was read.
--
-- Answers: ended | changed (the entry is another by now: read it again)

if (redis.call('HGET', ledger, job_id) or nil) ~= before then return 'changed' end
-- Its row was loaded again, or somebody else has ended it already.
if redis.call('HDEL', set_aside, job_id) == 0 then return 'ended' end
redis.call('ZREM', expiries, job_id)
if after then
  local entry = cjson.decode(after)
  local keys = { state = state, revised = revised, results = results }
  write_result(keys, campaign, job_id, result, entry)
  write_entry(ledger, job_id, entry)
  redis.call('ZREM', claims, job_id)
  redis.call('HINCRBY', state, 'outcome:' .. entry.state, 1)
end
return 'ended'
