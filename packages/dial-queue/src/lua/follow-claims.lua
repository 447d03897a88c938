#!lua flags=no-writes
-- What became of claims seen earlier.
--
-- KEYS: ledger
-- ARGV: call id, owner, requests begun before it; again and again
-- Answers: how many may still be sent, how many went out
local pending, went_out = 0, 0
local now = now_ms()
for index = 1, #ARGV, 3 do
  local entry = read_entry(KEYS[1], ARGV[index])
  local is_same = entry and entry.owner == ARGV[index + 1]
  if is_same and entry.state == 'claimed' then
    -- Past sendBy nobody may begin to send, so what is still claimed then has gone out or is lost.
    if now <= entry.sendBy then pending = pending + 1 else went_out = went_out + 1 end
  elseif entry and entry.state ~= 'exhausted' and requests_begun(entry) > tonumber(ARGV[index + 2]) then
    went_out = went_out + 1
  end
end
return { pending, went_out }
