-- Let one through in a while. KEYS: try. ARGV: ms.
if redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) then return {'try'} end
return {'wait'}
