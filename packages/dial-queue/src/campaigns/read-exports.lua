#!lua flags=no-writes
-- How far the results of a campaign have been read by others.
--
-- Answers: whether all are in a file (1/0), then the names of the consumer groups that are behind

local is_in_file, _, behind = read_exports(results, state)
return { is_in_file and 1 or 0, unpack(behind) }
