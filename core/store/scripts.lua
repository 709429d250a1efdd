-- All transitions in Redis, one script each. `--- name` begins a script; what stands before the first one belongs to all.
-- Whatever a script touches shares a hash tag. Redis 6.2 is enough. The first word of an answer says what became of it.
-- A call may be repeated after a lost reply: it then answers the same and changes nothing more.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Whether a job is open and still belongs to the worker of this epoch.
local function held(job, epoch)
  local is = redis.call('HMGET', job, 'status', 'epoch')
  return is[1] == 'open' and is[2] == epoch
end

-- Note how an open job has ended.
local function finish(job, status, outcome)
  redis.call('HSET', job, 'status', status, 'outcome', outcome, 'ended', now())
  redis.call('HDEL', job, 'lease_by', 'lease_until')
end

-- Give members of a sorted set this score, and renew its lifetime.
local function schedule(set, lifetime, score, members)
  for _, member in ipairs(members) do redis.call('ZADD', set, score, member) end
  redis.call('PEXPIRE', set, lifetime)
end

--- create
-- Make a job and queue it. KEYS: job, queue, presses.
-- ARGV: job id, attempt, sealed request, pressed button or '', lifetime ms, kind, prefix of job keys, longest queue,
--       ms in which a second press counts as the same, sealed address or '', sealed delivery or '', format.
-- new: the id of the first job in the queue. known. pressed: the job that stands for it. full.
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
    if before[1] == 'open' or (before[2] and now() - before[2] < tonumber(ARGV[9])) then
      redis.call('HSET', KEYS[3], 'message ' .. ARGV[1], last)
      redis.call('PEXPIRE', KEYS[3], ARGV[5])
      return {'pressed', last}
    end
  end
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[8]) then return {'full'} end
redis.call('HSET', KEYS[1], 'status', 'open', 'maker', ARGV[2], 'request', ARGV[3], 'kind', ARGV[6], 'created', now(),
  'epoch', 0, 'lost', 0, 'address', ARGV[10], 'delivery', ARGV[11], 'format', ARGV[12])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
return {'new', redis.call('LINDEX', KEYS[2], 0)}

--- take
-- Take the first open job of a queue to work on it. KEYS: queue. ARGV: attempt, lease ms, prefix of job keys, outcome of
-- what was cancelled, lifetime ms, channel of events, format that this worker reads and writes.
-- none: nothing is open. busy: somebody works on the first one. newer: that is kept in a newer format. taken: its id,
-- then the fields of its record. A lease that ran out counts as a lost worker, one that was given back does not.
local at = now()
while true do
  local id = redis.call('LINDEX', KEYS[1], 0)
  if not id then return {'none'} end
  local key = ARGV[3] .. id
  local job = redis.call('HMGET', key, 'status', 'lease_by', 'lease_until', 'cancel', 'format')
  local mine = job[2] == ARGV[1]
  if job[1] == 'open' and job[2] and not mine and tonumber(job[3]) > at then return {'busy', id} end
  if job[1] == 'open' and (mine or not job[4]) then
    if tonumber(job[5] or 0) > tonumber(ARGV[7]) then return {'newer', id} end
    if job[2] and not mine then redis.call('HINCRBY', key, 'lost', 1) end
    if not mine then
      redis.call('HINCRBY', key, 'epoch', 1)
      redis.call('HSETNX', key, 'begun', at)
    end
    redis.call('HSET', key, 'lease_by', ARGV[1], 'lease_until', at + ARGV[2], 'format', ARGV[7])
    redis.call('PEXPIRE', key, ARGV[5])
    return {'taken', id, unpack(redis.call('HGETALL', key))}
  end
  redis.call('LPOP', KEYS[1])
  if job[1] == 'open' then
    -- It was cancelled, and who worked on it is gone.
    finish(key, 'done', ARGV[4])
    redis.call('PEXPIRE', key, ARGV[5])
    redis.call('PUBLISH', ARGV[6], id)
  end
end

--- head
-- Look at the first open job of a queue without touching it. KEYS: queue. ARGV: prefix of job keys.
-- none, or first: its id, epoch, and whether somebody works on it.
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = redis.call('HMGET', ARGV[1] .. id, 'status', 'epoch', 'lease_until')
  if job[1] == 'open' then
    return {'first', id, job[2], tonumber(job[3] or 0) > now() and 'alive' or 'idle'}
  end
end
return {'none'}

--- waiting
-- How much of a queue waits. KEYS: queue. ARGV: prefix of job keys.
-- waiting: how many open jobs nobody works on, and for how long (ms) the oldest open one has been there.
local at, waiting, oldest = now(), 0, 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = redis.call('HMGET', ARGV[1] .. id, 'status', 'lease_until', 'created')
  if job[1] == 'open' then
    if tonumber(job[2] or 0) <= at then waiting = waiting + 1 end
    oldest = math.max(oldest, at - tonumber(job[3]))
  end
end
return {'waiting', tostring(waiting), tostring(oldest)}

--- renew
-- Keep the lease of a job; one that was given back is not taken up again. KEYS: job. ARGV: epoch, lease ms, lifetime ms.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'cancel', 'lease_by')
if job[1] ~= 'open' or job[2] ~= ARGV[1] or not job[4] then return {'fenced'} end
redis.call('HSET', KEYS[1], 'lease_until', now() + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {job[3] and 'cancel' or 'kept'}

--- release
-- Give a job back unfinished: the next one who asks may take it at once. KEYS: job. ARGV: epoch.
if not held(KEYS[1], ARGV[1]) then return {'fenced'} end
redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
return {'released'}

--- begin
-- Write the intent of a paid step before it is done. KEYS: job. ARGV: epoch, step, attempt.
-- go: do it now. done: here is its result. unknown: another attempt meant to do it, whether it did is not known.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'result:' .. ARGV[2], 'intent:' .. ARGV[2])
if job[1] ~= 'open' or job[2] ~= ARGV[1] then return {'fenced'} end
if job[3] then return {'done', job[3]} end
if job[4] and job[4] ~= ARGV[3] then return {'unknown'} end
redis.call('HSET', KEYS[1], 'intent:' .. ARGV[2], ARGV[3])
return {'go'}

--- finish
-- Write the result of a step. KEYS: job. ARGV: step, result, epoch (of a free step) or '' (of a paid one).
-- That of a paid step is taken from any epoch: a late result is still true. The first one stays.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
if ARGV[3] ~= '' and not held(KEYS[1], ARGV[3]) then return {'fenced'} end
redis.call('HSETNX', KEYS[1], 'result:' .. ARGV[1], ARGV[2])
return {'kept'}

--- end
-- End a job. KEYS: job, queue, events. ARGV: job id, epoch, outcome, lifetime ms, channel of events.
-- ended: the id of the next job in the queue, or ''.
if held(KEYS[1], ARGV[2]) then
  finish(KEYS[1], 'done', ARGV[3])
elseif redis.call('HGET', KEYS[1], 'status') ~= 'done' then
  return {'fenced'}
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[1])
return {'ended', redis.call('LINDEX', KEYS[2], 0) or ''}

--- dead_letter
-- Make a dead letter of a job, which is not tried again by itself. KEYS: job, queue. ARGV: job id, epoch, reason, outcome,
-- lifetime ms, channel of events. dead_letter: the id of the next job in the queue, or ''.
if held(KEYS[1], ARGV[2]) then
  redis.call('HSET', KEYS[1], 'status', 'dead-letter', 'reason', ARGV[3], 'outcome', ARGV[4])
  redis.call('HDEL', KEYS[1], 'lease_by', 'lease_until')
elseif redis.call('HGET', KEYS[1], 'status') ~= 'dead-letter' then
  return {'fenced'}
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[6], ARGV[1])
return {'dead_letter', redis.call('LINDEX', KEYS[2], 0) or ''}

--- requeue
-- Let a dead letter be tried again, at the end of its queue. KEYS: job, queue. ARGV: job id, lifetime ms.
-- requeued: its new epoch, so that its next end is another one than the last.
local job = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'requeued')
-- Asked again after a lost reply, before anybody took it.
if job[1] == 'open' and job[3] == job[2] then return {'requeued', job[2]} end
if job[1] ~= 'dead-letter' then return {'not_dead_letter'} end
local epoch = tostring(redis.call('HINCRBY', KEYS[1], 'epoch', 1))
redis.call('HSET', KEYS[1], 'status', 'open', 'lost', 0, 'requeued', epoch)
redis.call('HDEL', KEYS[1], 'outcome', 'reason', 'cancel')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {'requeued', epoch}

--- cancel
-- Cancel a job: at once where nobody works on it, else by a mark that its holder sees. KEYS: job, queue, events.
-- ARGV: job id, outcome, lifetime ms, channel of cancellations, channel of events.
local job = redis.call('HMGET', KEYS[1], 'status', 'lease_until', 'epoch', 'outcome')
if not job[1] then return {'gone'} end
local cancelled = tonumber(job[3]) > 0 and 'interrupted' or 'queued'
-- Asked again, it is still cancelled.
if job[4] == ARGV[2] then return {cancelled} end
if job[1] ~= 'open' then return {'done'} end
redis.call('HSET', KEYS[1], 'cancel', 1)
if tonumber(job[2] or 0) > now() then
  redis.call('PUBLISH', ARGV[4], ARGV[1])
  return {'running'}
end
finish(KEYS[1], 'done', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[1])
return {cancelled}

--- append
-- Append an event to the log of a job. KEYS: job, events.
-- ARGV: epoch, number within the epoch, sealed event, lifetime ms, channel of events, job id, 1 for progress,
-- most progress events that are kept.
-- The id of an entry is epoch-number, so that asking again after a lost reply adds nothing, and a worker that lost its
-- job can't get a word in behind its successor.
if not held(KEYS[1], ARGV[1]) then return {'fenced'} end
local id = ARGV[1] .. '-' .. ARGV[2]
if #redis.call('XRANGE', KEYS[2], id, id) == 0 then
  redis.call('XADD', KEYS[2], id, 'e', ARGV[3])
  if ARGV[7] == '1' then
    local progress = {}
    for old in string.gmatch(redis.call('HGET', KEYS[1], 'progress') or '', '%S+') do progress[#progress + 1] = old end
    progress[#progress + 1] = id
    if #progress > tonumber(ARGV[8]) then redis.call('XDEL', KEYS[2], table.remove(progress, 1)) end
    redis.call('HSET', KEYS[1], 'progress', table.concat(progress, ' '))
  end
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  -- Progress goes along with its hint, so that whoever has seen all before it need not read the log.
  redis.call('PUBLISH', ARGV[5], ARGV[7] == '1' and ARGV[6] .. ' ' .. id .. ' ' .. ARGV[3] or ARGV[6])
end
return {'appended'}

--- read
-- Read the log of a job behind an entry. KEYS: job, queue, events. ARGV: job id, entry or '' (from the beginning), most
-- entries, prefix of job keys, follower or '' (who only looks), 1 where it claims the job.
-- gone, elsewhere (another one follows it now), or view: status, outcome or '', sealed delivery or '', now (ms), whether
-- there are more entries, how many jobs are ahead, epoch, then the kind of each and since when (ms) it is worked on or '', then
-- id and event of each entry.
local job = redis.call('HMGET', KEYS[1], 'status', 'outcome', 'delivery', 'follower', 'epoch')
if not job[1] then return {'gone'} end
if ARGV[6] == '1' then
  redis.call('HSET', KEYS[1], 'follower', ARGV[5])
elseif ARGV[5] ~= '' and job[4] ~= ARGV[5] then
  return {'elsewhere'}
end
local answer = {'view', job[1], job[2] or '', job[3] or '', tostring(now()), '', '0', job[5]}
if job[1] == 'open' then
  local ahead = 0
  for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    if id == ARGV[1] then break end
    local first = redis.call('HMGET', ARGV[4] .. id, 'kind', 'begun')
    answer[#answer + 1] = first[1] or ''
    answer[#answer + 1] = first[2] or ''
    ahead = ahead + 1
  end
  answer[7] = tostring(ahead)
end
local entries = redis.call('XRANGE', KEYS[3], ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
if #entries == tonumber(ARGV[3]) then answer[6] = 'more' end
for _, entry in ipairs(entries) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer

--- keep_delivery
-- Note what was delivered of a job. KEYS: job. ARGV: follower, sealed delivery.
-- elsewhere: another one follows it now.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
if redis.call('HGET', KEYS[1], 'follower') ~= ARGV[1] then return {'elsewhere'} end
redis.call('HSET', KEYS[1], 'delivery', ARGV[2])
return {'kept'}

--- mark
-- Note something that is to be looked after, as of now. KEYS: index. ARGV: its name, lifetime ms.
local at = now()
-- Who saw it before must see that it was marked since, also within one millisecond; a clock may have been set back.
local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if before >= at and before - at < 1000 then at = before + 1 end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[2])
schedule(KEYS[1], ARGV[2], at, {ARGV[1]})
return {'marked'}

--- overdue
-- Conversations that nobody looked after for a while; those that are told are looked after now. KEYS: open.
-- ARGV: ms, most, lifetime ms. overdue: now (ms), then the conversations.
local at = now()
local overdue = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[1], 'LIMIT', 0, ARGV[2])
schedule(KEYS[1], ARGV[3], at, overdue)
return {'overdue', tostring(at), unpack(overdue)}

--- drop
-- Take a conversation out that has no open jobs, unless it was marked since. KEYS: open.
-- ARGV: name, mark that was seen (ms).
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return {'dropped'}

--- hold
-- Go on showing jobs. KEYS: audience. ARGV: lease ms, lifetime ms, new or known, jobs.
-- new: they are added, unless somebody shows them already. known: those that are there are held longer.
local lease, how = now() + ARGV[1], ARGV[3] == 'new' and 'NX' or 'XX'
for at = 4, #ARGV do redis.call('ZADD', KEYS[1], how, lease, ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'held'}

--- adopt
-- Take over jobs that no gateway shows any more. KEYS: audience. ARGV: lease ms, most, lifetime ms.
local at = now()
local orphaned = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', at, 'LIMIT', 0, ARGV[2])
schedule(KEYS[1], ARGV[3], at + ARGV[1], orphaned)
return {'adopted', unpack(orphaned)}

--- join
-- Note that a message may use a balance. KEYS: runs, count. ARGV: run id, ms until it can't any more.
-- joined: how often anybody joined, and how many others may be using it.
local at = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at)
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not before then redis.call('INCR', KEYS[2]) end
schedule(KEYS[1], ARGV[2], at + ARGV[2], {ARGV[1]})
redis.call('PEXPIRE', KEYS[2], 10 * ARGV[2])
return {'joined', redis.call('GET', KEYS[2]), tostring(redis.call('ZCARD', KEYS[1]) - 1)}

--- leave
-- Read how often anybody joined; a run that is over for certain leaves. KEYS: runs, count. ARGV: run id, 1 where it is over.
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) end
return {'left', redis.call('GET', KEYS[2]) or ''}

--- abandon
-- Mark a run that nobody follows any more. KEYS: runs. ARGV: run id.
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[1], ends, 'left ' .. ARGV[1])
end
return {'abandoned'}

--- settle
-- Forget the runs that were abandoned. KEYS: runs. settled: how many there are besides the asker's.
for _, run in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(run, 1, 5) == 'left ' then redis.call('ZREM', KEYS[1], run) end
end
return {'settled', tostring(redis.call('ZCARD', KEYS[1]) - 1)}

--- spend
-- Add to the credits that a person's requests cost, once for each job. KEYS: person. ARGV: job id, credits, field.
-- added, or known: this job was added before.
if redis.call('HGET', KEYS[1], 'spent_by') == ARGV[1] then return {'known'} end
redis.call('HINCRBYFLOAT', KEYS[1], ARGV[3], ARGV[2])
redis.call('HSET', KEYS[1], 'spent_by', ARGV[1])
return {'added'}

--- schema
-- Agree on the version of the keys: whoever comes first writes it. KEYS: schema. ARGV: version.
local version = redis.call('GET', KEYS[1])
if not version then
  redis.call('SET', KEYS[1], ARGV[1])
  version = ARGV[1]
end
-- It stays for good; and this is a write that a full Redis takes and a replica does not.
redis.call('PERSIST', KEYS[1])
return {'version', version}

--- update_session
-- Keep a changed record of a session, unless it was replaced or forgotten. KEYS: session.
-- ARGV: field of the record, id of its session, record, backend, lifetime ms.
local before = redis.call('HGET', KEYS[1], ARGV[1])
if not before or cjson.decode(before).session_id ~= ARGV[2] then return {'replaced'} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3], 'backend', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {'kept'}
