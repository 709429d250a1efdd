-- Note that a message may use a balance. KEYS: runs, count. ARGV: run id, ms until it can't any more.
-- Answers with how often anybody joined, and how many others may be using it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not before then redis.call('INCR', KEYS[2]) end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], 10 * ARGV[2])
return {'joined', redis.call('GET', KEYS[2]), tostring(redis.call('ZCARD', KEYS[1]) - 1)}
