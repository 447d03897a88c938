#!lua flags=allow-oom
-- Removes a person's data from everything that is kept of a call. The entry stays, so that the call
-- is never dialed again: `before` as it was read, `after` to be, with the outcome that this gives
-- it if it had none. `result` is its latest result without the person's data, if there is one. For
-- an archived campaign, nothing changes except that what is left names nobody.
--
-- Answers: erased | archived | changed (the entry is another by now: read it again)

local is_archived = redis.call('HEXISTS', state, 'archived') == 1
if not is_archived then
  if (redis.call('HGET', ledger, call_id) or nil) ~= before then return 'changed' end
  if before then end_wait_for_redial(state, cjson.decode(before)) end
  local entry = cjson.decode(after)
  entry.results = nil -- those there were go
  if result then
    local keys = { state = state, revised = revised, results = results }
    write_result(keys, campaign, call_id, result, entry)
  end
  write_entry(ledger, call_id, entry)
  redis.call('ZREM', claims, call_id)
  if outcome then redis.call('HINCRBY', state, 'outcome:' .. outcome, 1) end
end
redis.call('HDEL', kept, call_id)
redis.call('SREM', reopened, call_id)
redis.call('ZREM', expiries, call_id)
redis.call('HDEL', set_aside, call_id)
for _, id in ipairs(result_ids) do redis.call('XDEL', results, id) end
remove_or_blank_job(queue, call_id)
return is_archived and 'archived' or 'erased'
