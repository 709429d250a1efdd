-- Mark a run that nobody follows any more. KEYS: runs. ARGV: run id.
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[1], ends, 'left ' .. ARGV[1])
end
return {'abandoned'}
