-- A waiting ticket comes in, in place of whatever an older version left.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 version, 3 record
-- Reply 1, or 0 when this version or a higher one was seen before

local ticket, version, record = ARGV[1], ARGV[2], ARGV[3]
reach(record)
if not is_new(ticket, version) then return 0 end
forget(ticket)
redis.call('HSET', HELD, ticket, record)
stand(record)
return 1
