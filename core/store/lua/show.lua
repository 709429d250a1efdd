-- Put what a job shows behind what it showed before. KEYS: job, shown.
-- ARGV: epoch, number within the epoch, sealed event, lifetime ms, channel of news, job id, 1 for a drawing,
-- most drawings.
-- The id of an entry is epoch-number, so that asking again after a lost reply adds nothing, and a worker that lost its
-- job can't get a word in behind its successor. Of drawings only the last few are kept.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'drawings')
if job[1] ~= 'open' or job[2] ~= ARGV[1] then return {'fenced'} end
local id = ARGV[1] .. '-' .. ARGV[2]
if #redis.call('XRANGE', KEYS[2], id, id) == 0 then
  redis.call('XADD', KEYS[2], id, 'e', ARGV[3])
  if ARGV[7] == '1' then
    local drawings = {}
    for old in string.gmatch(job[3] or '', '%S+') do drawings[#drawings + 1] = old end
    drawings[#drawings + 1] = id
    if #drawings > tonumber(ARGV[8]) then redis.call('XDEL', KEYS[2], table.remove(drawings, 1)) end
    redis.call('HSET', KEYS[1], 'drawings', table.concat(drawings, ' '))
  end
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PUBLISH', ARGV[5], ARGV[6])
end
return {'shown'}
