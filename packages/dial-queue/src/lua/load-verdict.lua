-- What a load finds of a call: n (new: add it), q (queued already), s (settled already).
local function load_verdict(ledger, job_prefix, call_id)
  if redis.call('EXISTS', job_prefix .. call_id) == 1 then return 'q' end
  if is_settled(read_entry(ledger, call_id)) then return 's' end
  -- An unsettled call without a job was lost half-way through being queued again, or with a Redis
  -- that went back. Adding it mends that: if a claim stands, its job finds it, and the gate sees to
  -- it that nothing goes out twice.
  return 'n'
end
