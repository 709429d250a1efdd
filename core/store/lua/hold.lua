-- Go on showing jobs. KEYS: screens. ARGV: lease ms, lifetime ms, new or known, jobs.
-- new: they are added, unless somebody shows them already. known: those that are there are held longer.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local how = ARGV[3] == 'new' and 'NX' or 'XX'
for at = 4, #ARGV do redis.call('ZADD', KEYS[1], how, now + ARGV[1], ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'held'}
