-- What the transitions share; scripts.py puts it before each of them.
--
-- KEYS[1..7], of one hall and day:
local STATE = KEYS[1]     -- hash: generation (there only while ready), builder, lease_until
local HELD = KEYS[2]      -- hash: ticket -> record of its entry, waiting or claimed
local VERSIONS = KEYS[3]  -- hash: ticket -> highest version seen, kept when the ticket is gone
local CLAIMS = KEYS[4]    -- hash: ticket -> who holds it; a held ticket without a claim waits
local CLAIMS_AT = KEYS[5] -- sorted set: claimed tickets by the time of the claim
local TOKENS = KEYS[6]    -- hash: token -> ticket, while the claim stands
local PLACES = KEYS[7]    -- set: every sorted set in which tickets of this day ever stood
--
-- A record is JSON written by redis_sequence.py: the entry, its `member` (zero-padded serial,
-- then the ticket), the sorted sets it `stands` in (its lane's first) and the set `beside`, which
-- has the rest of its lane. The score is the due. Lua reads records and never writes one: its
-- number to text conversion keeps 14 digits only.

local NOT_READY = redis.error_reply('NOTREADY the sequence is empty or being rebuilt')

local function ready()
  return redis.call('HEXISTS', STATE, 'generation') == 1
end

-- Asks for the sets a record stands in, before a transition writes anything. They are not among
-- KEYS, so while a cluster moves this hall to another shard they may be there already and the rest
-- still here; a transition refused only when it comes to them would leave half of itself behind.
local function reach(record)
  if record and record ~= '' then
    redis.call('EXISTS', HELD, unpack(cjson.decode(record).stands))
  end
end

-- Whether `version` is higher than all seen for this ticket; if so, it has now been seen.
local function is_new(ticket, version)
  local seen = redis.call('HGET', VERSIONS, ticket)
  if seen and tonumber(seen) >= tonumber(version) then return false end
  reach(redis.call('HGET', HELD, ticket))
  redis.call('HSET', VERSIONS, ticket, version)
  return true
end

local function stand(record)
  local entry = cjson.decode(record)
  for _, place in ipairs(entry.stands) do
    redis.call('ZADD', place, entry.due, entry.member)
    redis.call('SADD', PLACES, place)
  end
end

local function leave_places(record)
  local entry = cjson.decode(record)
  for _, place in ipairs(entry.stands) do redis.call('ZREM', place, entry.member) end
end

local function token_of(ticket)
  local claim = redis.call('HGET', CLAIMS, ticket)
  return claim and cjson.decode(claim).token
end

local function drop_claim(ticket)
  local token = token_of(ticket)
  if not token then return end
  redis.call('HDEL', CLAIMS, ticket)
  redis.call('ZREM', CLAIMS_AT, ticket)
  redis.call('HDEL', TOKENS, token)
end

-- Lets go of a ticket, waiting or claimed. Returns whether it was held.
local function forget(ticket)
  local record = redis.call('HGET', HELD, ticket)
  if not record then return false end
  leave_places(record)
  drop_claim(ticket)
  redis.call('HDEL', HELD, ticket)
  return true
end

local function hold(ticket, token, counter, now, tier, overdue, others)
  local record = redis.call('HGET', HELD, ticket)
  local claim = string.format(
    '{"token":%s,"counter":%s,"claimed_at":%s,"tier":%d,"overdue":%s,"others":%d}',
    cjson.encode(token), cjson.encode(counter), now, tier, tostring(overdue), others)
  reach(record)
  leave_places(record)
  redis.call('HSET', CLAIMS, ticket, claim)
  redis.call('ZADD', CLAIMS_AT, now, ticket)
  redis.call('HSET', TOKENS, token, ticket)
  return {record, claim}
end

-- The claim that stands under this token: a sender who lost the answer asks again.
local function standing(token)
  local ticket = redis.call('HGET', TOKENS, token)
  if not ticket then return nil end
  return ticket, {redis.call('HGET', HELD, ticket), redis.call('HGET', CLAIMS, ticket)}
end
