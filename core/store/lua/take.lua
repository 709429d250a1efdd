-- Take the first open job in line to work on it. KEYS: queue. ARGV: attempt, lease ms, prefix of job keys, outcome of
-- what was cancelled, lifetime ms, channel of news, format that this worker reads and writes.
-- none: nothing is open. busy: somebody works on the first one. newer: that is kept in a newer format. taken: its id,
-- epoch, and how often a worker was lost over it: a lease that ran out counts, one that was given back does not.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
while true do
  local id = redis.call('LINDEX', KEYS[1], 0)
  if not id then return {'none'} end
  local key = ARGV[3] .. id
  local job = redis.call('HMGET', key, 'status', 'lease_by', 'lease_until', 'epoch', 'tries', 'cancel', 'format')
  local mine = job[2] == ARGV[1]
  if job[1] == 'open' and job[2] and not mine and tonumber(job[3]) > now then return {'busy', id} end
  if job[1] == 'open' and (mine or not job[6]) then
    if tonumber(job[7] or 0) > tonumber(ARGV[7]) then return {'newer', id} end
    if job[2] and not mine then job[5] = redis.call('HINCRBY', key, 'tries', 1) end
    if not mine then
      job[4] = redis.call('HINCRBY', key, 'epoch', 1)
      redis.call('HSETNX', key, 'begun', now)
    end
    redis.call('HSET', key, 'lease_by', ARGV[1], 'lease_until', now + ARGV[2], 'format', ARGV[7])
    return {'taken', id, tostring(job[4]), tostring(job[5] or 0)}
  end
  redis.call('LPOP', KEYS[1])
  if job[1] == 'open' then
    -- It was cancelled, and who worked on it is gone.
    redis.call('HSET', key, 'status', 'done', 'outcome', ARGV[4], 'ended', now)
    redis.call('HDEL', key, 'lease_by', 'lease_until')
    redis.call('PEXPIRE', key, ARGV[5])
    redis.call('PUBLISH', ARGV[6], id)
  end
end
