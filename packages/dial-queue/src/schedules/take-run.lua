#!lua
-- Takes a run for one owner, until its lease runs out; `again` also one that was missed, has
-- failed, or has queued nothing.
--
-- Answers: none | finished <run> | taken <run> (another's lease stands) | yours <run>

local run = read_run(runs, at)
if not run then return { 'none' } end
if has_calls(run) or (FINISHED[run.state] and not again) then
  return { 'finished', cjson.encode(run) }
end
local now = now_ms()
-- One that lasts longer was taken before the clock was set back. A living owner renews it.
if run.owner and run.leaseUntil > now + lease_ms then
  run.leaseUntil = now + lease_ms
  write_run(runs, open, at, run)
end
if run.owner and run.owner ~= owner and now < run.leaseUntil then
  return { 'taken', cjson.encode(run) }
end
run.owner, run.leaseUntil = owner, now + lease_ms
write_run(runs, open, at, run)
return { 'yours', cjson.encode(run) }
