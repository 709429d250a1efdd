-- Read how often anybody joined; a run that is over for certain leaves. KEYS: runs, count. ARGV: run id, 1 where it is over.
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) end
return {'left', redis.call('GET', KEYS[2]) or ''}
