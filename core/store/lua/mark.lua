-- Note something that is to be looked after, as of now. KEYS: index. ARGV: its name, lifetime ms.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Who saw it before must see that it was marked since, also within one millisecond; a clock may have been set back.
local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if before >= now and before - now < 1000 then now = before + 1 end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'marked'}
