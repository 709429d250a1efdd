-- Write the intent of a step before it is done. KEYS: job. ARGV: epoch, step, attempt.
-- go: do it now. done: here is its result. unknown: another attempt meant to do it, whether it did is not known.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'result:' .. ARGV[2], 'intent:' .. ARGV[2])
if job[1] ~= 'open' or job[2] ~= ARGV[1] then return {'fenced'} end
if job[3] then return {'done', job[3]} end
if job[4] and job[4] ~= ARGV[3] then return {'unknown'} end
redis.call('HSET', KEYS[1], 'intent:' .. ARGV[2], ARGV[3])
return {'go'}
