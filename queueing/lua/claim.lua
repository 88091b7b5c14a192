-- A counter takes one certain ticket, whatever its place.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 counter, 2 token, 3 now, 4 ticket, 5 version
-- Reply {record, claim}, or nil when the ticket does not wait with this version; NOTREADY

if not ready() then return NOT_READY end
local counter, token, now, ticket, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local record = redis.call('HGET', HELD, ticket)
if not record or cjson.decode(record).version ~= tonumber(version) then return nil end

local held, again = standing(token)
if again then return held == ticket and again or nil end
if token_of(ticket) then return nil end
return hold(ticket, token, counter, now, 0, false, 0)
