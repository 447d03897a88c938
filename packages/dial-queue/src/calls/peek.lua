#!lua flags=no-writes
-- What a load would find, without a trace.
--
-- KEYS: ledger ARGV: prefix of job keys, call ids Answers: a letter per id in one string (see
-- load_verdict), then the outcomes of the settled ones, in their order
local letters, answer = {}, { '' }
for index = 2, #ARGV do
  local letter = load_verdict(KEYS[1], ARGV[1], ARGV[index])
  letters[index - 1] = letter
  if letter == 's' then answer[#answer + 1] = read_entry(KEYS[1], ARGV[index]).state end
end
answer[1] = table.concat(letters)
return answer
