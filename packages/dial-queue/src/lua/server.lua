-- Which server process this is. The name changes with a restart or a failover; by that workers
-- notice that the data may be older than what they have seen. Some managed services hide it; then
-- it is 'unnamed'.
local function server_name()
  local info = redis.pcall('INFO', 'server')
  local run_id = 'run_id:(' .. string.rep('%x', 40) .. ')'
  return type(info) == 'string' and string.match(info, run_id) or 'unnamed'
end
