-- Look at the first open job in line without touching it. KEYS: queue. ARGV: prefix of job keys.
-- first: its id, whether somebody is alive to work on it, and until when (ms) that holds without another sign of life.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = redis.call('HMGET', ARGV[1] .. id, 'status', 'seen_until', 'lease_until')
  if job[1] == 'open' then
    local till = math.max(tonumber(job[2] or 0), tonumber(job[3] or 0))
    return {'first', id, till > now and 'alive' or 'abandoned', tostring(till)}
  end
end
return {'none'}
