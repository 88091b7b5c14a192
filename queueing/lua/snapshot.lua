-- Everything held, at one moment.
-- KEYS  1-7 as in _shared.lua
-- Reply {generation or '' when not ready, {record..}, {ticket, claim..}}

return {
  redis.call('HGET', STATE, 'generation') or '',
  redis.call('HVALS', HELD),
  redis.call('HGETALL', CLAIMS),
}
