-- How many of its lane wait before a ticket.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket
-- Reply a number, or nil when the ticket does not wait; NOTREADY

if not ready() then return NOT_READY end
local record = redis.call('HGET', HELD, ARGV[1])
if not record then return nil end
local entry = cjson.decode(record)
local ahead = redis.call('ZRANK', entry.stands[1], entry.member)
if not ahead then return nil end

local due = redis.call('ZSCORE', entry.stands[1], entry.member)
ahead = ahead + redis.call('ZCOUNT', entry.beside, '-inf', '(' .. due)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', entry.beside, due, due)) do
  if tonumber(member:sub(1, 8)) < entry.serial then ahead = ahead + 1 end
end
return ahead
