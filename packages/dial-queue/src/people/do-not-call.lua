#!lua
-- Changes the do-not-call list (by SADD or SREM) and its version in one step, so that a version
-- identifies the list. Each person is a member of one bucket.
--
-- Answers: how many were not on the list before, or were

local changed, failure = 0, nil
for index, bucket in ipairs(buckets) do
  local reply = redis.pcall(command, bucket, members[index])
  if type(reply) == 'table' then
    failure = reply
    break
  end
  changed = changed + reply
end
-- Even if the rest failed: what is done stays done.
if changed > 0 then redis.call('HINCRBY', claim_counts, 'doNotCall', 1) end
return failure or changed
