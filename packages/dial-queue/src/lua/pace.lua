-- Pace: slots at least one interval apart. A campaign's state has the last slot that was given.

-- The latest that a call may be sent after its slot: late calls bunch up with those after them. One
-- interval late adds one call to any second, and 20 ms a fiftieth of the rate; a third of that is
-- left for the way to the provider.
local LATE_MS, LATE_INTERVALS = 14, 0.5
-- The answer has to arrive before the slot, so each asker says how long that takes. Beyond all
-- bounds, no pace can be kept over the link.
local LEAST_LEAD_MS, MOST_LEAD_MS = 50, 1000
-- Slots are given this much farther ahead, so that none goes by unused. Over a slow link a job is
-- on its way five times in its life, and all jobs on their way meanwhile need a slot.
local BEYOND_LEAD_MS, WAYS_OF_A_JOB = 200, 5
-- To ask again in time, a campaign worker has to fetch a job first.
local TO_FETCH_MS, WAYS_OF_A_FETCH = 75, 3

local function lead_of(asked_ms)
  return math.min(math.max(asked_ms or 0, LEAST_LEAD_MS), MOST_LEAD_MS)
end

-- How far ahead the asker may have a slot, and how far if it has to fetch a job first.
local function reach_of(lead_ms)
  local way_ms = lead_ms - LEAST_LEAD_MS
  return lead_ms + BEYOND_LEAD_MS + WAYS_OF_A_JOB * way_ms,
    lead_ms + TO_FETCH_MS + WAYS_OF_A_FETCH * way_ms
end

-- An asker's estimate of this clock is never this far behind, unless the clock was set forward
-- since.
local STEP_MS = 2000

-- The last slot. If it lies farther ahead than any slot is given, the clock was set back after it
-- was given. Other slots from before may still be used, so the next one comes after all of them.
local function slot_before_step(campaign_state, last_slot, exact_now, lead_ms, is_set_ahead)
  local reach = reach_of(lead_ms)
  local is_set_back = last_slot > exact_now + reach_of(MOST_LEAD_MS)
  if not is_set_back and not (is_set_ahead and last_slot < exact_now + reach) then
    return last_slot
  end
  last_slot = exact_now + reach
  redis.call('HSET', campaign_state, 'lastSlot', string.format('%.3f', last_slot))
  return last_slot
end

-- The next slot, and nil; or nil, and when to ask for one.
local function next_slot(last_slot, interval_ms, exact_now, lead_ms)
  local slot = math.max(exact_now + lead_ms, last_slot + interval_ms)
  local ahead, when_fetching = reach_of(lead_ms)
  if slot > exact_now + ahead then return nil, slot - when_fetching end
  return slot, nil
end

local function slot_ends(slot, interval_ms)
  return slot + LATE_MS + LATE_INTERVALS * interval_ms
end
