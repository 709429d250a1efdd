-- Let a parked job be tried again, at the end of its line. KEYS: job, queue. ARGV: job id, lifetime ms.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'requeued')
-- Asked again after a lost reply, before anybody took it.
if job[1] == 'open' and job[3] == job[2] then return {'requeued', job[2]} end
if job[1] ~= 'parked' then return {'not_parked'} end
redis.call('HSET', KEYS[1], 'status', 'open', 'tries', 0, 'requeued', job[2])
redis.call('HDEL', KEYS[1], 'outcome', 'reason', 'cancel', 'end_told')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {'requeued', job[2]}
