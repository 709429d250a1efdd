-- Note how far a job was shown to its person. KEYS: job. ARGV: entry or '', 1 where its end was told, who shows it.
-- elsewhere: somebody else shows it now.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
if redis.call('HGET', KEYS[1], 'shown_by') ~= ARGV[3] then return {'elsewhere'} end
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], 'delivered', ARGV[1]) end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'end_told', 1) end
return {'kept'}
