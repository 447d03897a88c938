-- A script that is asked about many calls at once answers each by itself, in their order: the file
-- of the script is the answer to one. One that fails spoils no other; what it failed with is its
-- answer.

-- As an error of Redis, which begins with a code. A mistake in a script has none.
local function error_of(failure)
  local message = type(failure) == 'table' and failure.err or tostring(failure)
  return { err = string.match(message, '^%u+ ') and message or 'ERR ' .. message }
end

-- What is asked about the first begins at `first`, the next `size` further on.
local function answer_each(answer_one, first, last, size)
  local answers = {}
  for n = first, last, size do
    local is_answered, answer = pcall(answer_one, n)
    answers[#answers + 1] = is_answered and answer or error_of(answer)
  end
  return answers
end
