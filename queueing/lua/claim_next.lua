-- A counter takes the first ticket it serves. Looks at the head of each set only, so that the
-- cost does not depend on how many wait.
-- KEYS  1-7 as in _shared.lua, 8 the tickets bound to the counter, 9.. the lanes it serves
-- ARGV  1 counter, 2 token, 3 now, 4 a due up to this is overdue, 5.. the tiers of KEYS[8]..
-- Reply {record, claim}, or nil when nobody waits for this counter; NOTREADY

if not ready() then return NOT_READY end
local counter, token, now, overdue_until = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local _, again = standing(token)
if again then return again end

local function before(a, b)
  if a.tier ~= b.tier then return a.tier < b.tier end
  if a.due ~= b.due then return a.due < b.due end
  return a.serial < b.serial
end

local first, waiting = nil, 0
for i = 8, #KEYS do
  local head = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if head[1] then
    waiting = waiting + redis.call('ZCARD', KEYS[i])
    local tier, due = tonumber(ARGV[i - 3]), tonumber(head[2])
    local overdue = tier > 1 and due <= overdue_until
    local candidate = {
      ticket = head[1]:sub(10),
      tier = overdue and 1 or tier,
      due = due,
      serial = tonumber(head[1]:sub(1, 8)),
      overdue = overdue,
    }
    if not first or before(candidate, first) then first = candidate end
  end
end
if not first then return nil end
return hold(first.ticket, token, counter, now, first.tier, first.overdue, waiting - 1)
