-- The call did not happen: the ticket waits again where it stood. A higher version that came
-- meanwhile has ended the claim, so nothing old comes back.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 token
-- Reply 1 when the claim stood under this token, else 0

local ticket, token = ARGV[1], ARGV[2]
if token_of(ticket) ~= token then return 0 end
local record = redis.call('HGET', HELD, ticket)
reach(record)
drop_claim(ticket)
stand(record)
return 1
