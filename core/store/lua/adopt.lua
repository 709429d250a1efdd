-- Take over jobs that no gateway shows any more. KEYS: screens. ARGV: lease ms, most, lifetime ms.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
for _, job in ipairs(left) do redis.call('ZADD', KEYS[1], now + ARGV[1], job) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'adopted', unpack(left)}
