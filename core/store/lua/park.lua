-- Put a job aside that is not to be tried again by itself. KEYS: job, queue. ARGV: job id, epoch, reason, outcome,
-- lifetime ms, channel of news. parked: the id of the next job in line, or ''.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if job[1] == 'open' then
  if job[2] ~= ARGV[2] then return {'fenced'} end
  redis.call('HSET', KEYS[1], 'status', 'parked', 'reason', ARGV[3], 'outcome', ARGV[4])
  redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
elseif job[1] ~= 'parked' then
  return {'fenced'}
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[6], ARGV[1])
return {'parked', redis.call('LINDEX', KEYS[2], 0) or ''}
