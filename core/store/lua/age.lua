-- For how long a job is there. KEYS: job. age: ms.
local time = redis.call('TIME')
local created = redis.call('HGET', KEYS[1], 'created')
if not created then return {'age', '0'} end
return {'age', tostring(time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(created))}
