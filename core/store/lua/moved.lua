-- Note where a job is shown now. KEYS: job. ARGV: sealed address.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
redis.call('HSET', KEYS[1], 'address', ARGV[1])
return {'kept'}
