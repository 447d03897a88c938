-- Pace: slots, one interval apart at least. A campaign's state knows the last one that was given.

-- A call is sent so soon after its slot or not at all: late calls bunch up with those after them. An interval late adds one call to
-- any second, and 20 ms a fiftieth of the rate; a third of it is left to the way to the provider.
local LATE_MS, LATE_INTERVALS = 14, 0.5
-- For the answer to arrive before the slot.
local LEAD_MS = 50
-- Slots are given so far ahead that none goes by unused, and no farther.
local AHEAD_MS = 250

-- The next slot, and nil; or nil, and when to ask for one.
local function next_slot(last_slot, interval_ms, exact_now)
  -- One farther ahead than any is given was given before the clock was set back.
  if last_slot > exact_now + AHEAD_MS then last_slot = exact_now end
  local slot = math.max(exact_now + LEAD_MS, last_slot + interval_ms)
  if slot > exact_now + AHEAD_MS then return nil, slot - AHEAD_MS / 2 end
  return slot, nil
end

local function slot_ends(slot, interval_ms)
  return slot + LATE_MS + LATE_INTERVALS * interval_ms
end
