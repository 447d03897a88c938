-- Lets a script answer for many calls at once, each by itself and in order: the script's file is
-- the answer to one. If one fails, the others are not affected; its error is its answer.

-- Errors of Redis begin with a code; an error in a script has none.
local function error_of(failure)
  local message = type(failure) == 'table' and failure.err or tostring(failure)
  return { err = string.match(message, '^%u+ ') and message or 'ERR ' .. message }
end

-- The question about the first begins at `first`, and each further one `size` later.
local function answer_each(answer_one, first, last, size)
  local answers = {}
  for n = first, last, size do
    local is_answered, answer = pcall(answer_one, n)
    answers[#answers + 1] = is_answered and answer or error_of(answer)
  end
  return answers
end
