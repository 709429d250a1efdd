-- Look at the first open job in line without touching it. KEYS: queue. ARGV: prefix of job keys.
-- none, or first: its id, epoch, and whether somebody works on it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = redis.call('HMGET', ARGV[1] .. id, 'status', 'epoch', 'lease_until')
  if job[1] == 'open' then
    return {'first', id, job[2], tonumber(job[3] or 0) > now and 'alive' or 'idle'}
  end
end
return {'none'}
