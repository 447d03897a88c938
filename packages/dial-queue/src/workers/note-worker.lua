#!lua
-- Keeps what a worker says of itself (`note`, open at its end), and when it did. With `is_first`,
-- those that have said nothing for so long go: each restart leaves one.

local now = now_ms()
redis.call('HSET', workers, id, note .. string.format(',"at":%.0f}', now))
if is_first then
  local all = redis.call('HGETALL', workers)
  for n = 1, #all, 2 do
    if cjson.decode(all[n + 1]).at < now - lasts_ms then redis.call('HDEL', workers, all[n]) end
  end
end
