#!lua flags=allow-oom
-- Compares what a worker has seen of claims with what this Redis knows of them. Claims are counted for each server process apart:
-- a count never grows again once its server is gone, so that later claims cannot hide that earlier ones are lost.
--
-- KEYS: claim counts (hash: server -> claims made there; server, since -> which one workers last met, and when first; lost -> claims
-- found lost; doNotCall -> see do-not-call), holds
-- ARGV: channel, the hold to open (JSON), ms for which a server that is new makes no claims, whether the connection is new (1/0),
--       then server and claims seen there, again and again
-- Answers: the server's clock, its name, from when on claims may be made (0: at once), how many claims are lost, and how many all
-- workers have found lost so far; changes of holds, if any
local counts, holds = unpack(KEYS)
local channel, hold, pause_ms_when_new, is_new_connection = ARGV[1], cjson.decode(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local server = server_name()
-- A do-not-call list may be there before any claim.
local was_used = redis.call('HLEN', counts) > redis.call('HEXISTS', counts, 'doNotCall')

local opens_at
if server == 'unnamed' then
  -- Any new connection may lead to another server.
  opens_at = is_new_connection and was_used and now + pause_ms_when_new or 0
else
  local since = redis.call('HGET', counts, 'since')
  if redis.call('HGET', counts, 'server') ~= server then
    -- On data without any claim there is nobody else to wait for.
    since = was_used and now or 0
    redis.call('HSET', counts, 'server', server, 'since', since)
  end
  opens_at = tonumber(since) > 0 and since + pause_ms_when_new or 0
end

local lost = 0
for index = 5, #ARGV, 2 do
  local name, seen = ARGV[index], tonumber(ARGV[index + 1])
  local known = tonumber(redis.call('HGET', counts, name) or 0)
  if known < seen then
    lost = lost + seen - known
    -- Said once: after a person's release dialing goes on.
    redis.call('HSET', counts, name, seen)
  end
end
if lost == 0 then return { now, server, opens_at, 0, tonumber(redis.call('HGET', counts, 'lost') or 0) } end
open_hold(holds, channel, now, hold, '')
return { now, server, opens_at, lost, redis.call('HINCRBY', counts, 'lost', lost), changes_of_holds() }
