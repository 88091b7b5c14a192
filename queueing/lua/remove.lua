-- A ticket goes: its row no longer waits.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 version
-- Reply 1 when an entry or a claim was taken out, else 0

local ticket, version = ARGV[1], ARGV[2]
if is_new(ticket, version) and forget(ticket) then return 1 end
return 0
