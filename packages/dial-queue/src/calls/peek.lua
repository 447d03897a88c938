#!lua flags=no-writes
-- What a load would find. Writes nothing.
--
-- Answers: a letter per id in one string (see load_verdict), then the outcomes of the settled ones,
-- in their order

local letters, answer = {}, { '' }
for index, call_id in ipairs(call_ids) do
  local letter = load_verdict(ledger, queue, call_id)
  letters[index] = letter
  if letter == 's' then answer[#answer + 1] = read_entry(ledger, call_id).state end
end
answer[1] = table.concat(letters)
return answer
