-- The call is committed: the ticket is no longer ours. Where the sequence was emptied and rebuilt
-- since the claim, the ticket waits here again or is claimed by another: the row has decided.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 token, 3 version of the called row
-- Reply 1 when the claim stood under this token, else 0

local ticket, token, version = ARGV[1], ARGV[2], ARGV[3]
local stood = token_of(ticket) == token
if not is_new(ticket, version) then return 0 end
forget(ticket)
return stood and 1 or 0
