-- Claims made before a moment, oldest first.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 the moment
-- Reply {{record, claim}..}

local claims = {}
for i, ticket in ipairs(redis.call('ZRANGEBYSCORE', CLAIMS_AT, '-inf', '(' .. ARGV[1])) do
  claims[i] = {redis.call('HGET', HELD, ticket), redis.call('HGET', CLAIMS, ticket)}
end
return claims
