-- Add to the credits that a person's requests cost, once for each job. KEYS: person. ARGV: job id, credits, field.
-- added, or known: this job was added before.
if redis.call('HGET', KEYS[1], 'spent_by') == ARGV[1] then return {'known'} end
redis.call('HINCRBYFLOAT', KEYS[1], ARGV[3], ARGV[2])
redis.call('HSET', KEYS[1], 'spent_by', ARGV[1])
return {'added'}
