-- The claims there are, three values each: call id, owner, requests begun before it.
local function standing_claims(claims, ledger)
  local standing = {}
  for _, call_id in ipairs(redis.call('ZRANGE', claims, 0, -1)) do
    local entry = read_entry(ledger, call_id)
    if entry and entry.state == 'claimed' then
      standing[#standing + 1] = call_id
      standing[#standing + 1] = entry.owner
      standing[#standing + 1] = requests_begun(entry)
    end
  end
  return standing
end
