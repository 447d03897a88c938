#!lua flags=allow-oom
-- The receiver has taken these results.

for _, result in ipairs(delivered) do
  local is_again = result.source == 'again'
  redis.call('XACK', is_again and again or results, group, result.entry)
  redis.call('HDEL', attempts, result.id)
  if is_again then redis.call('XDEL', again, result.entry) end
end
