#!lua
-- Changes a run for the owner of its lease alone.
--
-- KEYS: runs, open ARGV: local time, owner ('' where nobody may have a lease), JSON of the fields
-- that change (null: it goes), ms the lease lasts from now on; 0 gives it back Answers whether it
-- is changed: 0 if the lease is another's by now
local runs, open = unpack(KEYS)
local at, owner, changes, lease_ms = ARGV[1], ARGV[2], cjson.decode(ARGV[3]), tonumber(ARGV[4])

local run = read_run(runs, at)
if not run or (run.owner or '') ~= owner then return 0 end
for field, value in pairs(changes) do
  if value == cjson.null then run[field] = nil else run[field] = value end
end
if lease_ms > 0 then run.leaseUntil = now_ms() + lease_ms else run.owner, run.leaseUntil = nil, nil end
write_run(runs, open, at, run)
return 1
