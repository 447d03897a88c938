-- Adds a call's latest result to the stream. `head` is the record as JSON without `revision` and
-- the closing brace.
local function write_result(keys, campaign, call_id, head, revision)
  local result = head .. ',"revision":' .. revision .. '}'
  local id = redis.call('XADD', keys.results, '*', 'campaign', campaign, 'result', result)
  redis.call('HSETNX', keys.state, 'firstResult', id)
  redis.call('HSET', keys.state, 'lastResult', id)
  if revision > 1 then redis.call('HSET', keys.revised, call_id, id) end
end
