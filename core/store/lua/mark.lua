-- Note that a place has open jobs and is looked after now. KEYS: open. ARGV: name of the place.
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return {'marked'}
