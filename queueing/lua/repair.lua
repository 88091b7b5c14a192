-- What is held for a ticket becomes equal to its row, whatever version was seen before.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 token of the claim to settle or '', 3 version of the row,
--       4 record or '' when the row does not wait
-- Reply 1, or 0 when the claim does not stand under this token (or, without one, a claim stands)

local ticket, token, version, record = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if (token_of(ticket) or '') ~= token then return 0 end
reach(record)
reach(redis.call('HGET', HELD, ticket))
forget(ticket)
redis.call('HSET', VERSIONS, ticket, version)
if record ~= '' then
  redis.call('HSET', HELD, ticket, record)
  stand(record)
end
return 1
