#!lua flags=no-writes
-- What became of claims seen earlier. How long ago that was is for the asker's own clock to say:
-- this one may have been set.
--
-- KEYS: ledger ARGV: call id, owner, requests begun before it; again and again Answers: how many
-- stand as they did, the longest time (ms) that one of these had for sending, and how many others
-- went out
local standing, longest_ms, went_out = 0, 0, 0
for index = 1, #ARGV, 3 do
  local entry = read_entry(KEYS[1], ARGV[index])
  local is_same = entry and entry.owner == ARGV[index + 1]
  if is_same and entry.state == 'claimed' then
    standing = standing + 1
    longest_ms = math.max(longest_ms, math.ceil(entry.sendBy - entry.claimedAt))
  elseif entry and entry.state ~= 'exhausted' and requests_begun(entry) > tonumber(ARGV[index + 2]) then
    went_out = went_out + 1
  end
end
return { standing, longest_ms, went_out }
