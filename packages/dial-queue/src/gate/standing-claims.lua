#!lua flags=no-writes
-- KEYS: claims, ledger
-- Answers the claims of a campaign, three values each: call id, owner, requests begun before it
return standing_claims(KEYS[1], KEYS[2])
