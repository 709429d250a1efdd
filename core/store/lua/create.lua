-- Make a job and put it in line. KEYS: job, queue, presses.
-- ARGV: job id, attempt, sealed request, pressed button or '', lifetime ms, kind, prefix of job keys, longest queue,
--       ms in which a second press counts as the same, sealed address of its screen or '', format.
-- new: the id of the first job in line. known. pressed: the job that stands for it. full.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', KEYS[1]) == 1 then
  -- The same attempt asks again after a lost reply: it is still the maker.
  if redis.call('HGET', KEYS[1], 'maker') == ARGV[2] then return {'new', redis.call('LINDEX', KEYS[2], 0) or ''} end
  return {'known'}
end
if ARGV[4] ~= '' then
  -- The message of a second press may be delivered again long after its job is done.
  local stands = redis.call('HGET', KEYS[3], 'message ' .. ARGV[1])
  if stands then return {'pressed', stands} end
  local last = redis.call('HGET', KEYS[3], ARGV[4])
  if last then
    local before = redis.call('HMGET', ARGV[7] .. last, 'status', 'created')
    if before[1] == 'open' or (before[2] and now - before[2] < tonumber(ARGV[9])) then
      redis.call('HSET', KEYS[3], 'message ' .. ARGV[1], last)
      redis.call('PEXPIRE', KEYS[3], ARGV[5])
      return {'pressed', last}
    end
  end
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[8]) then return {'full'} end
redis.call('HSET', KEYS[1], 'status', 'open', 'maker', ARGV[2], 'request', ARGV[3], 'kind', ARGV[6], 'created', now,
  'epoch', 0, 'tries', 0, 'address', ARGV[10], 'format', ARGV[11])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
return {'new', redis.call('LINDEX', KEYS[2], 0)}
