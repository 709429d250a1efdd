-- How much of a line waits. KEYS: queue. ARGV: prefix of job keys.
-- waiting: how many open jobs nobody works on, and for how long (ms) the oldest open one has been there.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waiting, oldest = 0, 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = redis.call('HMGET', ARGV[1] .. id, 'status', 'lease_until', 'created')
  if job[1] == 'open' then
    if tonumber(job[2] or 0) <= now then waiting = waiting + 1 end
    oldest = math.max(oldest, now - tonumber(job[3]))
  end
end
return {'waiting', tostring(waiting), tostring(oldest)}
