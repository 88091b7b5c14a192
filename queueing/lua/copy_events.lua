-- Event rows come to the hall's stream, each once, in the order given.
-- KEYS  1 stream, 2 seen
-- ARGV  1 about how many events to keep, 2 ids of events before this time are forgotten,
--       then of each event: its id, its time, its payload
-- Reply how many had not been copied before

local keep, forget_before, added = ARGV[1], ARGV[2], 0
for n = 3, #ARGV, 3 do
  local id, at, payload = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  if redis.call('ZADD', KEYS[2], 'NX', at, id) == 1 then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', keep, '*', 'event', id, 'at', at, 'payload', payload)
    added = added + 1
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. forget_before)
return added
