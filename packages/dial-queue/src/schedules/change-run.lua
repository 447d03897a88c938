#!lua
-- Changes a run for the owner of its lease alone, or where nobody may have one without an owner. A
-- field that is to go is null. With `lease_ms` the lease lasts so long from now on, with 0 it is
-- given back.
--
-- Answers: whether it is changed: 0 if the lease is another's by now

local run = read_run(runs, at)
if not run or run.owner ~= owner then return 0 end
for field, value in pairs(changes) do
  if value == cjson.null then run[field] = nil else run[field] = value end
end
if lease_ms > 0 then
  run.leaseUntil = now_ms() + lease_ms
else
  run.owner, run.leaseUntil = nil, nil
end
write_run(runs, open, at, run)
return 1
