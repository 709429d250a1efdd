-- Begin to show a job: whoever showed it before must not any more. KEYS: job. ARGV: who shows it.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
redis.call('HSET', KEYS[1], 'shown_by', ARGV[1])
return {'mine'}
