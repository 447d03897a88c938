#!lua flags=no-writes
-- The claims of a campaign (see standing_claims).

return standing_claims(claims, ledger)
