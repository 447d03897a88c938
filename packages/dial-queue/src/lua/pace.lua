-- Pace: slots, one interval apart at least. A campaign's state knows the last one that was given.

-- A call is sent so soon after its slot or not at all: late calls bunch up with those after them.
-- An interval late adds one call to any second, and 20 ms a fiftieth of the rate; a third of it is
-- left to the way to the provider.
local LATE_MS, LATE_INTERVALS = 14, 0.5
-- The answer has to arrive before the slot: each asker says how long it takes to reach it. What is
-- beyond all bounds is a link over which no pace can be kept.
local LEAST_LEAD_MS, MOST_LEAD_MS = 50, 1000
-- Slots are given so much farther ahead that none goes by unused, and no farther. Over a slow link
-- a job is on its way five times in its life, and as many jobs as are on the way meanwhile have to
-- find a slot.
local BEYOND_LEAD_MS, WAYS_OF_A_JOB = 200, 5
-- To ask again in time, a campaign worker has to fetch a job first.
local TO_FETCH_MS, WAYS_OF_A_FETCH = 75, 3

local function lead_of(asked_ms)
  return math.min(math.max(asked_ms or 0, LEAST_LEAD_MS), MOST_LEAD_MS)
end

-- So far ahead the asker may have one, and so far when it has to fetch a job first.
local function reach_of(lead_ms)
  local way_ms = lead_ms - LEAST_LEAD_MS
  return lead_ms + BEYOND_LEAD_MS + WAYS_OF_A_JOB * way_ms,
    lead_ms + TO_FETCH_MS + WAYS_OF_A_FETCH * way_ms
end

-- An asker's idea of this clock is never so far behind, unless the clock was set ahead since.
local STEP_MS = 2000

-- The last slot, as far as the clock was not set since it was given: one farther ahead than any is
-- given was given before it was set back. Others of the time before may still be used, so the next
-- comes after all of them.
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
