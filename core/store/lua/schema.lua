-- Agree on the version of the keys: whoever comes first writes it. KEYS: schema. ARGV: version.
local version = redis.call('GET', KEYS[1])
if not version then
  redis.call('SET', KEYS[1], ARGV[1])
  version = ARGV[1]
end
-- It stays for good; and this is a write that a full Redis takes and a replica does not.
redis.call('PERSIST', KEYS[1])
return {'version', version}
