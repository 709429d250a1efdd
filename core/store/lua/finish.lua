-- Write the result of a step. KEYS: job. ARGV: step, result.
-- Taken from any epoch: a late result is still true. The first one stays.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
redis.call('HSETNX', KEYS[1], 'result:' .. ARGV[1], ARGV[2])
return {'kept'}
