#!lua flags=allow-oom
-- Queues settled calls again, second half: their jobs are in the queue. One that a fast worker has settled since keeps the
-- payload it was settled with.
--
-- KEYS: ledger, kept payloads, reopened calls
-- ARGV: call ids
local ledger, kept, reopened = unpack(KEYS)
for _, call_id in ipairs(ARGV) do
  redis.call('SREM', reopened, call_id)
  if not is_settled(read_entry(ledger, call_id)) then redis.call('HDEL', kept, call_id) end
end
