-- What a load finds of a call: n (new: add it), q (queued already), s (settled already).
local function load_verdict(ledger, job_prefix, call_id)
  if redis.call('EXISTS', job_prefix .. call_id) == 1 then return 'q' end
  local raw = redis.call('HGET', ledger, call_id)
  if not raw then return 'n' end
  local state = cjson.decode(raw).state
  if state == 'claimed' then return 'q' end
  -- An open entry whose job is gone was lost half-way through being queued again: adding it mends that.
  return state == 'open' and 'n' or 's'
end
