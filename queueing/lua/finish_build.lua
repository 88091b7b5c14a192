-- The builder declares the sequence ready.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 token, 2 generation
-- Reply 1, or 0 when another builds, or nobody does; 1 again when asked again

local token, generation = ARGV[1], ARGV[2]
local builder, current = unpack(redis.call('HMGET', STATE, 'builder', 'generation'))
if current then return current == generation and 1 or 0 end
if builder ~= token then return 0 end
redis.call('HDEL', STATE, 'builder', 'lease_until')
redis.call('HSET', STATE, 'generation', generation)
return 1
