-- Take a job to work on it, if it is first in line and nobody else holds it. KEYS: job, queue.
-- ARGV: job id, attempt, lease ms, prefix of job keys.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local job = redis.call('HMGET', KEYS[1], 'status', 'outcome', 'lease_by', 'lease_until')
if not job[1] then return {'gone'} end
if job[1] == 'done' then return {'done', job[2]} end
-- Whoever asks is alive and will ask again.
redis.call('HSET', KEYS[1], 'seen_until', now + ARGV[3])
local line = redis.call('LRANGE', KEYS[2], 0, -1)
while line[1] and line[1] ~= ARGV[1] do
  local first = redis.call('HMGET', ARGV[4] .. line[1], 'status', 'seen_until', 'lease_until')
  if first[1] == 'open' then
    local ahead = 0
    for place, id in ipairs(line) do
      if id == ARGV[1] then ahead = place - 1 end
    end
    if ahead == 0 then
      redis.call('RPUSH', KEYS[2], ARGV[1])
      ahead = #line
    end
    local alive = math.max(tonumber(first[2] or 0), tonumber(first[3] or 0)) > now
    return {'ahead', tostring(ahead), line[1], alive and 'alive' or 'abandoned'}
  end
  redis.call('LPOP', KEYS[2])
  table.remove(line, 1)
end
if not line[1] then redis.call('RPUSH', KEYS[2], ARGV[1]) end
if job[3] and job[3] ~= ARGV[2] and tonumber(job[4] or 0) > now then return {'leased'} end
if job[3] ~= ARGV[2] then redis.call('HINCRBY', KEYS[1], 'epoch', 1) end
redis.call('HSET', KEYS[1], 'lease_by', ARGV[2], 'lease_until', now + ARGV[3])
return {'claimed', redis.call('HGET', KEYS[1], 'epoch')}
