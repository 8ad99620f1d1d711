// What Redis runs for limits: one script call books one call on all of its scopes or on none, and lends leases. Nothing
// else happens in Redis meanwhile, so several instances can never both take the last unit.
//
// Of a scope S (all keys carry one hash tag, so that one call may touch them all):
//   S:r, S:t    sorted sets: the moments at which requests, tokens count
//   S:R, S:T    hashes: moment -> amount, and `u` -> their sum
//   S:s         hash: instance -> "slots held:good until", so that the slots of an instance that is gone come back
//   S:c:P       hash of the calendar window P (`d1700000000000`: the day that begins then): `r` requests, `c` nano-US$,
//               `at` when the two were taken from the usage records. No such key: the caller asks there, and tells.
//
// Time is Redis's own, for all instances alike. A unit counts from its moment, which is never before it was spent, for
// 60 s: so no window of 60 s holds more than the limit. Should that clock be put back, what lies ahead of it counts
// from now on: too much for a minute, and never too little.
// A command that waited in a frozen Redis until nobody waited for it any more takes nothing (`deadline`).

/** What both scripts begin with. */
const PRELUDE = `
local ask = cjson.decode(ARGV[1])
local WINDOW = ask.window
local nowExact = ask.now
if not nowExact then
  local time = redis.call('TIME')
  nowExact = time[1] * 1000 + time[2] / 1000
end
local now = math.ceil(nowExact)

local function roundUp(at) return math.ceil(at / 100) * 100 end
local function text(n) return string.format('%.0f', n) end
local function moment(scope, at)
  if scope.rpm <= ask.exact then return at end
  return roundUp(at)
end

local function add(key, sums, at, amount)
  if amount <= 0 then return end
  local member = text(at)
  redis.call('HINCRBY', sums, 'u', text(amount))
  -- Most units fall into a moment that is there already.
  if redis.call('HINCRBY', sums, member, text(amount)) > amount then return end
  redis.call('ZADD', key, member, member)
  redis.call('PEXPIRE', key, WINDOW + 5000)
  redis.call('PEXPIRE', sums, WINDOW + 5000)
end

local function remove(key, sums, at, amount)
  local member = text(at)
  local there = tonumber(redis.call('HGET', sums, member) or '0')
  local taken = math.min(amount, there)
  if taken <= 0 then return end
  redis.call('HINCRBY', sums, 'u', text(-taken))
  if taken == there then
    redis.call('HDEL', sums, member)
    redis.call('ZREM', key, member)
  else
    redis.call('HINCRBY', sums, member, text(-taken))
  end
end

-- Sets what this instance holds; nil = as it is, only for longer.
local function setSlots(key, change, exactly)
  local count = string.match(redis.call('HGET', key, ask.instance) or '', '^(%d+):')
  local held = exactly or math.max(0, tonumber(count or '0') + change)
  if held == 0 then
    redis.call('HDEL', key, ask.instance)
  else
    redis.call('HSET', key, ask.instance, text(held) .. ':' .. text(now + ask.slotLease))
    redis.call('PEXPIRE', key, ask.slotLease * 2)
  end
end
`

/** One argument: the JSON of `ScriptAsk`. The reply begins with 'ok', 'again' (wrong idea of the time) or 'seed'. */
export const ASK_SCRIPT = `${PRELUDE}
if ask.deadline and nowExact > ask.deadline then return {'again', now} end

-- What lies in the window that ends now, and when its last unit leaves it.
local function used(key, sums)
  while true do
    local old = redis.call('ZRANGEBYSCORE', key, '-inf', nowExact - WINDOW, 'LIMIT', 0, 1000)
    if #old == 0 then break end
    local sum = 0
    for _, amount in ipairs(redis.call('HMGET', sums, unpack(old))) do sum = sum + tonumber(amount or '0') end
    redis.call('HDEL', sums, unpack(old))
    redis.call('ZREM', key, unpack(old))
    redis.call('HINCRBY', sums, 'u', text(-sum))
  end
  local newest = redis.call('ZRANGE', key, -1, -1)[1]
  if not newest then return 0, 0 end
  local total = tonumber(redis.call('HGET', sums, 'u') or '0')
  if tonumber(newest) > now + ask.ahead then
    redis.call('DEL', key, sums)
    add(key, sums, now, total)
    newest = now
  end
  return total, tonumber(newest) + WINDOW - nowExact
end

-- Until so much has left the window; -1 = there is less in it.
local function wait(key, sums, amount)
  if amount <= 0 then return 0 end
  local freed = 0
  local from = 0
  while true do
    local moments = redis.call('ZRANGE', key, from, from + 99)
    if #moments == 0 then return -1 end
    local amounts = redis.call('HMGET', sums, unpack(moments))
    for i, moment in ipairs(moments) do
      freed = freed + tonumber(amounts[i] or '0')
      if freed >= amount then return math.max(0, tonumber(moment) + WINDOW - nowExact) end
    end
    from = from + 100
  end
end

local function slotsHeld(key)
  local held = 0
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local count, till = string.match(fields[i + 1], '^(%d+):(%d+)$')
    if tonumber(till) <= now then redis.call('HDEL', key, fields[i]) else held = held + tonumber(count) end
  end
  return held
end

-- Calendar windows: known, of the present period, and no older than what the caller trusts.
local unknown = {}
for i, scope in ipairs(ask.scopes) do
  for j, calendar in ipairs(scope.c or {}) do
    if now < calendar.from or (calendar.till and now >= calendar.till) then return {'again', now} end
    local key = scope.k .. ':c:' .. calendar.p
    local at = tonumber(redis.call('HGET', key, 'at') or '-1')
    if at < calendar.trust then
      if calendar.seed then
        local fresh = calendar.seed
        if at < 0 or not calendar.keep then
          redis.call('HSET', key, 'r', text(fresh[1]), 'c', text(fresh[2]), 'at', text(now))
        else
          redis.call('HSET', key, 'at', text(now),
            'r', text(math.max(fresh[1], tonumber(redis.call('HGET', key, 'r')))),
            'c', text(math.max(fresh[2], tonumber(redis.call('HGET', key, 'c')))))
        end
        redis.call('PEXPIRE', key, calendar.life)
      else
        unknown[#unknown + 1] = i - 1
        unknown[#unknown + 1] = j - 1
      end
    end
  end
end
if #unknown > 0 then return {'seed', now, unpack(unknown)} end

local figures = {}
local call = ask.call
local fits = true
for i, scope in ipairs(ask.scopes) do
  local f = {requests = 0, requestsReset = 0, tokens = 0, tokensReset = 0, slots = 0, calendar = {}}
  if scope.rpm then
    f.requests, f.requestsReset = used(scope.k .. ':r', scope.k .. ':R')
    if f.requests + 1 > scope.rpm and i <= ask.calls then fits = false end
  end
  if scope.tpm then
    f.tokens, f.tokensReset = used(scope.k .. ':t', scope.k .. ':T')
    if i <= ask.calls and f.tokens + math.max(1, call.tokens) > scope.tpm then fits = false end
  end
  if scope.slots then
    f.slots = slotsHeld(scope.k .. ':s')
    if i <= ask.calls and f.slots + 1 > scope.slots then fits = false end
  end
  for j, calendar in ipairs(scope.c or {}) do
    local spent = tonumber(redis.call('HGET', scope.k .. ':c:' .. calendar.p, calendar.f))
    f.calendar[j] = spent
    if i <= ask.calls and spent + (calendar.f == 'r' and 1 or math.max(1, call.cost)) > calendar.max then fits = false end
  end
  figures[i] = f
end

local booked = 0
if ask.calls > 0 and fits then
  booked = 1
  for i = 1, ask.calls do
    local scope, f = ask.scopes[i], figures[i]
    if scope.rpm then
      add(scope.k .. ':r', scope.k .. ':R', moment(scope, now), 1)
      f.requests = f.requests + 1
      f.requestsReset = math.max(f.requestsReset, moment(scope, now) + WINDOW - nowExact)
    end
    if scope.tpm then
      add(scope.k .. ':t', scope.k .. ':T', roundUp(now), call.tokens)
      f.tokens = f.tokens + call.tokens
      if call.tokens > 0 then f.tokensReset = math.max(f.tokensReset, roundUp(now) + WINDOW - nowExact) end
    end
    if scope.slots then
      setSlots(scope.k .. ':s', 1)
      f.slots = f.slots + 1
    end
    for j, calendar in ipairs(scope.c or {}) do
      local taken = calendar.f == 'r' and 1 or call.cost
      if taken > 0 then redis.call('HINCRBY', scope.k .. ':c:' .. calendar.p, calendar.f, text(taken)) end
      f.calendar[j] = f.calendar[j] + taken
    end
  end
end

local scopes = {}
for i, scope in ipairs(ask.scopes) do
  local f = figures[i]
  local requestsWait, tokensWait = 0, 0
  if not fits and i <= ask.calls then
    if scope.rpm then requestsWait = wait(scope.k .. ':r', scope.k .. ':R', f.requests + 1 - scope.rpm) end
    if scope.tpm then
      tokensWait = wait(scope.k .. ':t', scope.k .. ':T', f.tokens + math.max(1, call.tokens) - scope.tpm)
    end
  end
  -- Numbers of a reply lose their fractions; waits are better too long.
  scopes[i] = {f.requests, math.ceil(requestsWait), math.ceil(f.requestsReset),
    f.tokens, math.ceil(tokensWait), math.ceil(f.tokensReset), f.slots, unpack(f.calendar)}
end
local function lendable(limit, left)
  return math.max(0, math.min(math.floor(limit / ask.leasePart), math.floor(left / ask.leftPart)))
end

local grants = {}
for i, scope in ipairs(ask.scopes) do
  local wish, f = scope.wish, figures[i]
  if wish then
    local requests, tokens, slots = 0, 0, 0
    if (ask.calls == 0 or fits) and not ask.peek then
      local quotas = {}
      -- A budget makes its scope ask for every call; a lease knows requests only.
      for j, calendar in ipairs(scope.c or {}) do if calendar.f == 'r' then quotas[j] = calendar end end
      if scope.rpm or scope.tpm or next(quotas) then requests = wish.requests end
      if scope.rpm then requests = math.min(requests, lendable(scope.rpm, scope.rpm - f.requests)) end
      if scope.tpm then
        requests = math.min(requests, math.floor(lendable(scope.tpm, scope.tpm - f.tokens) / wish.tokensEach))
      end
      for j, calendar in pairs(quotas) do
        requests = math.min(requests, lendable(calendar.max, calendar.max - f.calendar[j]))
        if calendar.till and now + ask.lease >= calendar.till then requests = 0 end
      end
      if requests > 0 then
        local at = now + ask.lease
        if scope.rpm then
          add(scope.k .. ':r', scope.k .. ':R', moment(scope, at), requests)
          f.requests = f.requests + requests
          f.requestsReset = moment(scope, at) + WINDOW - nowExact
        end
        if scope.tpm then
          tokens = requests * wish.tokensEach
          add(scope.k .. ':t', scope.k .. ':T', roundUp(at), tokens)
          f.tokens = f.tokens + tokens
          f.tokensReset = roundUp(at) + WINDOW - nowExact
        end
        for j, calendar in pairs(quotas) do
          redis.call('HINCRBY', scope.k .. ':c:' .. calendar.p, calendar.f, text(requests))
          f.calendar[j] = f.calendar[j] + requests
        end
      else
        requests = 0
      end
      if scope.slots then
        slots = math.min(wish.slots, lendable(scope.slots, scope.slots - f.slots))
        if slots > 0 then
          setSlots(scope.k .. ':s', slots)
          f.slots = f.slots + slots
        end
      end
    end
    grants[#grants + 1] = {now + ask.lease, requests, tokens, slots,
      f.requests, math.ceil(f.requestsReset), f.tokens, math.ceil(f.tokensReset)}
  end
end

return {'ok', now, booked, scopes, grants}
`

/**
 * One argument: the JSON of `ScriptReturn`. What does not lie where it was booked any more is not given back.
 * Also tells how many slots an instance holds, and what it counted by itself while Redis was gone.
 */
export const GIVE_SCRIPT = `${PRELUDE}
for _, scope in ipairs(ask.scopes) do
  local held = scope.k .. ':s'
  if scope.held then
    setSlots(held, 0, scope.held)
  elseif scope.slots and redis.call('HEXISTS', held, ask.instance) == 1 then
    setSlots(held, -scope.slots)
  end
  for _, unit in ipairs(scope.units or {}) do
    local at, requests, tokens, cost = unit[1], unit[2], unit[3], unit[4]
    if requests > 0 and scope.rpm then remove(scope.k .. ':r', scope.k .. ':R', moment(scope, at), requests) end
    if tokens > 0 then remove(scope.k .. ':t', scope.k .. ':T', roundUp(at), tokens) end
    for _, calendar in ipairs(unit[5] or {}) do
      local key = scope.k .. ':c:' .. calendar[1]
      local field = calendar[2]
      -- What was counted anew from the usage records after it was booked never had it.
      if at >= tonumber(redis.call('HGET', key, 'at') or '9e15') then
        local there = tonumber(redis.call('HGET', key, field) or '0')
        local taken = math.min(field == 'r' and requests or cost, there)
        if taken > 0 then redis.call('HINCRBY', key, field, text(-taken)) end
      end
    end
  end
  if scope.tokens then add(scope.k .. ':t', scope.k .. ':T', roundUp(now), scope.tokens) end
  if scope.cost and redis.call('EXISTS', scope.k .. ':c:' .. scope.budget) == 1 then
    redis.call('HINCRBY', scope.k .. ':c:' .. scope.budget, 'c', text(scope.cost))
  end
  for _, unit in ipairs(scope.counted or {}) do
    if unit[1] + WINDOW > nowExact then
      local at = math.min(unit[1], now)
      if scope.rpm then add(scope.k .. ':r', scope.k .. ':R', moment(scope, at), unit[2]) end
      if scope.tpm then add(scope.k .. ':t', scope.k .. ':T', roundUp(at), unit[3]) end
    end
  end
end
return now
`

/**
 * Says that an instance is alive, and learns who else is.
 * Keys: what the set of instances, the mark of this Redis's memory and the time of the last death are called.
 * Arguments: the instance, a mark to set where there is none, for how long (ms) a sign of life is good.
 * Reply: {now, mark, how many live, when one was found dead}.
 */
export const BEAT_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[2], ARGV[2], 'NX')
redis.call('ZADD', KEYS[1], now, ARGV[1])
local life = tonumber(ARGV[3])
if redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now - life)) > 0 then
  redis.call('SET', KEYS[3], string.format('%.0f', now))
end
-- A clock that was put back must not keep the dead alive.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + life), '+inf')
return {now, redis.call('GET', KEYS[2]), redis.call('ZCARD', KEYS[1]), tonumber(redis.call('GET', KEYS[3]) or '0')}
`
