-- Take a job back: at once where nobody works on it, else by a mark that its holder sees. KEYS: job, queue, shown.
-- ARGV: job id, outcome, lifetime ms, channel of stops, channel of news.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local job = redis.call('HMGET', KEYS[1], 'status', 'lease_until', 'epoch', 'outcome')
if not job[1] then return {'gone'} end
local taken_back = tonumber(job[3]) > 0 and 'interrupted' or 'queued'
-- Asked again, it is still taken back.
if job[4] == ARGV[2] then return {taken_back} end
if job[1] ~= 'open' then return {'done'} end
redis.call('HSET', KEYS[1], 'cancel', 1)
if tonumber(job[2] or 0) > now then
  redis.call('PUBLISH', ARGV[4], ARGV[1])
  return {'running'}
end
redis.call('HSET', KEYS[1], 'status', 'done', 'outcome', ARGV[2], 'ended', now)
redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[1])
return {taken_back}
