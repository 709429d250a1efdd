-- Note how far a job was shown to its person, and where. KEYS: job. ARGV: entry or '', sealed address or ''.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], 'delivered', ARGV[1]) end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'address', ARGV[2]) end
return {'kept'}
