-- What a gateway has to know of a job. KEYS: job, queue, shown. ARGV: job id, last seen entry or '', most entries,
-- prefix of job keys, who shows it or '' (who only looks).
-- gone, elsewhere (somebody else shows it now), or watch: status, outcome or '', last entry that was delivered or '',
-- now (ms), whether there are more entries, 1 where the end was told, how many jobs are ahead, then the kind of each
-- and since when (ms) it is worked on or '', then id and event of each entry.
local job = redis.call('HMGET', KEYS[1], 'status', 'outcome', 'delivered', 'shown_by', 'end_told')
if not job[1] then return {'gone'} end
if ARGV[5] ~= '' and job[4] ~= ARGV[5] then return {'elsewhere'} end
local time = redis.call('TIME')
local now = tostring(time[1] * 1000 + math.floor(time[2] / 1000))
local answer = {'watch', job[1], job[2] or '', job[3] or '', now, '', job[5] or '', '0'}
if job[1] == 'open' then
  local ahead = 0
  for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    if id == ARGV[1] then break end
    local first = redis.call('HMGET', ARGV[4] .. id, 'kind', 'begun')
    answer[#answer + 1] = first[1] or ''
    answer[#answer + 1] = first[2] or ''
    ahead = ahead + 1
  end
  answer[8] = tostring(ahead)
end
local last = ARGV[2]
if last == '' then last = job[3] or '' end
local entries = redis.call('XRANGE', KEYS[3], last == '' and '-' or '(' .. last, '+', 'COUNT', ARGV[3])
if #entries == tonumber(ARGV[3]) then answer[6] = 'more' end
for _, entry in ipairs(entries) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer
