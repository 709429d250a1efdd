-- Take a place out that has no open jobs, unless it was marked since. KEYS: open. ARGV: name, mark that was seen (ms).
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return {'dropped'}
