#!lua flags=allow-oom
-- Compares what a worker has seen of claims with what this Redis knows of them. Claims are counted
-- for each server process apart: a count never grows again once its server is gone, so that later
-- claims cannot hide that earlier ones are lost.
--
-- KEYS: claim counts (hash: server -> claims made there; server, since -> which one workers last
-- met, and when first; lost -> claims found lost; clock -> when workers last compared; setBack ->
-- how often the clock had been set back by then; doNotCall -> see do-not-call), holds ARGV:
-- channel, the hold to open (JSON), ms for which a server that is new makes no claims, whether the
-- connection is new (1/0),
--       then server and claims seen there, again and again
-- Answers: the server's clock, its name, from when on claims may be made (0: at once), how many
-- claims are lost, and how many all workers have found lost so far; how often the clock was set
-- back so far; changes of holds, if any
local counts, holds = unpack(KEYS)
local channel, hold, pause_ms_when_new, is_new_connection = ARGV[1], cjson.decode(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local server = server_name()
-- These may be there before any claim.
local not_of_claims = 0
for _, field in ipairs({ 'doNotCall', 'clock', 'setBack' }) do
  not_of_claims = not_of_claims + redis.call('HEXISTS', counts, field)
end
local was_used = redis.call('HLEN', counts) > not_of_claims

-- Less is no worse than a slow answer, and what follows from it costs a question for each call that
-- waits.
local SET_BACK_MS = 2000
local times_set_back = tonumber(redis.call('HGET', counts, 'setBack') or 0)
if tonumber(redis.call('HGET', counts, 'clock') or 0) > now + SET_BACK_MS then
  times_set_back = redis.call('HINCRBY', counts, 'setBack', 1)
end
redis.call('HSET', counts, 'clock', now)

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
  elseif tonumber(since) > now then
    -- The clock was set back meanwhile.
    since = now
    redis.call('HSET', counts, 'since', since)
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
local lost_so_far = tonumber(redis.call('HGET', counts, 'lost') or 0)
if lost == 0 then return { now, server, opens_at, 0, lost_so_far, times_set_back } end
open_hold(holds, channel, now, hold, '')
lost_so_far = redis.call('HINCRBY', counts, 'lost', lost)
return { now, server, opens_at, lost, lost_so_far, times_set_back, changes_of_holds() }
