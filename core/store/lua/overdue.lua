-- Places that were not looked after for a while; those that are told are looked after now. KEYS: open. ARGV: ms, most, lifetime ms.
-- overdue: now (ms), then the places.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local overdue = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1], 'LIMIT', 0, ARGV[2])
for _, place in ipairs(overdue) do redis.call('ZADD', KEYS[1], now, place) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'overdue', tostring(now), unpack(overdue)}
