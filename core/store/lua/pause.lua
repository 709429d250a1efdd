-- Note that a service is down. KEYS: pause. ARGV: ms.
if redis.call('LLEN', KEYS[1]) == 0 then redis.call('RPUSH', KEYS[1], 'down') end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {'paused'}
