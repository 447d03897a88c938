#!lua
-- Writes something that replicas get after all that was written before. It is bound to one server
-- process, SERVER, as the gate is.

redis.call('HSET', claim_counts, 'fenced', now_ms())
