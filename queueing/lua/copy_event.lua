-- An event row comes to the hall's stream, once.
-- KEYS  1 stream, 2 seen
-- ARGV  1 event id, 2 its time, 3 payload, 4 about how many events to keep,
--       5 ids of events before this time are forgotten
-- Reply 1, or 0 when it was copied before

local id, at, payload, keep, forget_before = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('ZADD', KEYS[2], 'NX', at, id) == 0 then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', keep, '*', 'event', id, 'at', at, 'payload', payload)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. forget_before)
return 1
