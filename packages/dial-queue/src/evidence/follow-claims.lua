#!lua flags=no-writes
-- What became of claims seen earlier. The asker measures how long ago that was by its own clock,
-- because this one may have been set.
--
-- Answers: how many stand as they did, the longest time (ms) that one of these had for sending, and
-- how many others went out

local standing, longest_ms, went_out = 0, 0, 0
for _, seen in ipairs(seen_claims) do
  local entry = read_entry(ledger, seen.callId)
  local is_same = entry and entry.owner == seen.owner
  if is_same and entry.state == 'claimed' then
    standing = standing + 1
    longest_ms = math.max(longest_ms, math.ceil(entry.sendBy - entry.claimedAt))
  elseif entry and entry.state ~= 'exhausted' and requests_begun(entry) > seen.requests then
    went_out = went_out + 1
  end
end
return { standing, longest_ms, went_out }
