#!lua flags=allow-oom
-- Takes a person's data out of all that stands of a call. The entry stays, so that the call is
-- never dialed again. Of an archived campaign nothing changes but that what is left of it names
-- nobody.
--
-- KEYS: ledger, campaign state, claims, kept payloads, revised results, results stream, reopened
-- calls, expiries,
--       jobs set aside
-- ARGV: campaign, call id, the entry as it was read or '', the entry to be, the outcome that this
-- gives it or '', its latest
--       result without the person's data (a JSON object without its last field and closing
--       brace) or '', prefix of the queue's keys,
--       stream ids of its results
-- Answers: erased | archived | changed (the entry is another by now: read it again)
local ledger, campaign_state, claims, kept, revised, results, reopened, expiries, set_aside = unpack(KEYS)
local campaign, call_id, before, after, outcome, result, queue = unpack(ARGV)

local is_archived = redis.call('HEXISTS', campaign_state, 'archived') == 1
if not is_archived then
  if (redis.call('HGET', ledger, call_id) or '') ~= before then return 'changed' end
  if before ~= '' then end_wait_for_redial(campaign_state, cjson.decode(before)) end
  redis.call('HSET', ledger, call_id, after)
  redis.call('ZREM', claims, call_id)
  if outcome ~= '' then redis.call('HINCRBY', campaign_state, 'outcome:' .. outcome, 1) end
  if result ~= '' then
    write_result({ state = campaign_state, revised = revised, results = results }, campaign, call_id, result, cjson.decode(after).revision)
  end
end
redis.call('HDEL', kept, call_id)
redis.call('SREM', reopened, call_id)
redis.call('ZREM', expiries, call_id)
redis.call('HDEL', set_aside, call_id)
for index = 8, #ARGV do redis.call('XDEL', results, ARGV[index]) end
remove_or_blank_job(queue, call_id)
return is_archived and 'archived' or 'erased'
