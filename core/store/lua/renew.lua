-- Keep the lease of a job; one that was given back is not taken up again. KEYS: job. ARGV: epoch, lease ms, lifetime ms.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'cancel', 'lease_by')
if job[1] ~= 'open' or job[2] ~= ARGV[1] or not job[4] then return {'fenced'} end
redis.call('HSET', KEYS[1], 'lease_until', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if job[3] then return {'cancel'} end
return {'kept'}
