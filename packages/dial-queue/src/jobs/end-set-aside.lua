#!lua flags=allow-oom
-- Ends what was set aside: it stands there no more, and a call that has no outcome yet gets one:
-- `after` and `result` are then its entry and its record to be, and `before` its entry as it was
-- read.
--
-- Answers: ended | changed (the entry is another by now: read it again)

if (redis.call('HGET', ledger, job_id) or nil) ~= before then return 'changed' end
-- Its row was loaded again, or somebody else has ended it.
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
