-- Waiting tickets come in, each in place of whatever an older version left.
-- KEYS  1-7 as in _shared.lua
-- ARGV  1 ticket, 2 version, 3 record; and so on for each ticket
-- Reply how many; not those of which this version or a higher one was seen before

for at = 3, #ARGV, 3 do reach(ARGV[at]) end
local entered = 0
for at = 1, #ARGV, 3 do
  local ticket, version, record = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if is_new(ticket, version) then
    forget(ticket)
    redis.call('HSET', HELD, ticket, record)
    stand(record)
    entered = entered + 1
  end
end
return entered
