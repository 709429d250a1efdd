-- End a job. KEYS: job, queue, shown. ARGV: job id, epoch, outcome, lifetime ms, channel of news.
-- ended: the id of the next job in line, or ''.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if job[1] == 'open' then
  if job[2] ~= ARGV[2] then return {'fenced'} end
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'status', 'done', 'outcome', ARGV[3], 'ended',
    time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
elseif job[1] ~= 'done' then
  return {'fenced'}
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[1])
return {'ended', redis.call('LINDEX', KEYS[2], 0) or ''}
