-- One becomes the builder of a sequence that is not ready.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 token, 2 now, 3 end of the lease
-- Reply 1, or 0 when it is ready or another's lease runs

if ready() then return 0 end
local token, now, lease_until = ARGV[1], ARGV[2], ARGV[3]
local builder, runs_until = unpack(redis.call('HMGET', STATE, 'builder', 'lease_until'))
if builder and builder ~= token and tonumber(runs_until) > tonumber(now) then return 0 end
redis.call('HSET', STATE, 'builder', token, 'lease_until', lease_until)
return 1
