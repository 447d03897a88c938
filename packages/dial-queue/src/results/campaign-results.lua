#!lua flags=no-writes
-- Reads a part of the stream, and gives what of it is a campaign's and holds a text. Of a rare
-- outcome there may be thousands of others between two: they need not leave the server.
--
-- Answers: how many were read, the stream id of the last or '', then of each that is given its
-- stream id and its result as JSON

local entries = redis.call('XRANGE', results, first, last, 'COUNT', count)
local answer = { #entries, #entries > 0 and entries[#entries][1] or '' }
for _, entry in ipairs(entries) do
  local owner, result = entry[2][2], entry[2][4]
  if owner == campaign and result and string.find(result, text, 1, true) then
    answer[#answer + 1], answer[#answer + 2] = entry[1], result
  end
end
return answer
