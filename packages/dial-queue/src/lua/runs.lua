-- The runs of a schedule: a hash, local time -> JSON. A run's state is one of
--   due, waiting_for_list   may be begun
--   loading                 its list is being loaded, or was when its owner died: to be finished
--   loaded, missed, failed  finished
-- Who works on it holds a lease: `owner`, until `leaseUntil` by this server's clock. Those that are
-- not finished are in a sorted set as well, by the instant they are due.
local FINISHED = { loaded = true, missed = true, failed = true }

-- If a list was loaded without a single call, all its rows rejected, say, then another try loses
-- and doubles nothing.
local function has_calls(run)
  if run.state ~= 'loaded' then return false end
  local counts = run.counts
  if not counts then return true end
  return (counts.queued or 1) + (counts.alreadyQueued or 0) + (counts.alreadySettled or 0) > 0
end

local function read_run(runs, at)
  local raw = redis.call('HGET', runs, at)
  return raw and cjson.decode(raw) or nil
end

local function write_run(runs, open, at, run)
  redis.call('HSET', runs, at, cjson.encode(run))
  if FINISHED[run.state] then
    redis.call('ZREM', open, at)
  else
    redis.call('ZADD', open, run.dueAt, at)
  end
end
