-- End a job. KEYS: job, queue. ARGV: job id, epoch, outcome, lifetime ms.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if job[1] == 'done' then return {'done'} end
if job[1] ~= 'open' or job[2] ~= ARGV[2] then return {'fenced'} end
redis.call('HSET', KEYS[1], 'status', 'done', 'outcome', ARGV[3])
redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until', 'seen_until')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('LREM', KEYS[2], 0, ARGV[1])
return {'done'}
