-- Give a job back unfinished: the next one who asks may take it at once. KEYS: job. ARGV: epoch.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if job[1] ~= 'open' or job[2] ~= ARGV[1] then return {'fenced'} end
redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
return {'released'}
