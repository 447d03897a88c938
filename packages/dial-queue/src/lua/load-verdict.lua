-- What a load finds of a call: n (new: add it), q (queued already), s (settled already).
local function load_verdict(ledger, job_prefix, call_id)
  if redis.call('EXISTS', job_prefix .. call_id) == 1 then return 'q' end
  local entry = read_entry(ledger, call_id)
  if is_settled(entry) then return 's' end
  -- An open entry whose job is gone was lost half-way through being queued again: adding it mends that.
  return entry and entry.state == 'claimed' and 'q' or 'n'
end
