-- Forget the runs that were abandoned. KEYS: runs. Answers with how many there are besides the asker's.
for _, run in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(run, 1, 5) == 'left ' then redis.call('ZREM', KEYS[1], run) end
end
return {'settled', tostring(redis.call('ZCARD', KEYS[1]) - 1)}
