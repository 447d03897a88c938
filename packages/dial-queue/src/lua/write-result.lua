-- Adds a call's latest result to the stream, and notes in its entry where it stands. `head` is the
-- record as JSON without `revision` and the closing brace. The caller writes the entry afterwards.
local MOST_RESULTS_NOTED = 20

local function write_result(keys, campaign, call_id, head, entry)
  local result = head .. ',"revision":' .. entry.revision .. '}'
  local id = redis.call('XADD', keys.results, '*', 'campaign', campaign, 'result', result)
  redis.call('HSETNX', keys.state, 'firstResult', id)
  redis.call('HSET', keys.state, 'lastResult', id)
  if entry.revision > 1 then redis.call('HSET', keys.revised, call_id, id) end
  entry.results = entry.results or {}
  if #entry.results == MOST_RESULTS_NOTED then table.remove(entry.results, 1) end
  entry.results[#entry.results + 1] = id
end
