-- Let a parked job be tried again, at the end of its line. KEYS: job, queue. ARGV: job id, lifetime ms.
if redis.call('HGET', KEYS[1], 'status') ~= 'parked' then return {'not_parked'} end
redis.call('HSET', KEYS[1], 'status', 'open', 'tries', 0)
redis.call('HDEL', KEYS[1], 'outcome', 'reason')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {'requeued', redis.call('HGET', KEYS[1], 'epoch')}
