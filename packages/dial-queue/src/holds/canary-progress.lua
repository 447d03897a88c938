#!lua flags=no-writes
-- How far a campaign's canary is.
--
-- Answers: how many of its calls have a place, how many of these are accepted, and how many are in
-- flight

return { canary_places(canary, ledger, true) }
