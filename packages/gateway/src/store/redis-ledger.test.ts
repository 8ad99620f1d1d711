import { hasRedis, redis, type Redis } from '@fairlead/testkit/services.ts'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerBooking } from '../limits/limit-ledger.ts'
import { budgetsOf, type Budget, type LimitedScope, type Limits } from '../limits/limits.ts'
import { MemoryLedger } from '../limits/memory-ledger.ts'
import { countsRequests } from '../limits/settlement.ts'
import type { QuotaHistory } from '../limits/quota-history.ts'
import { RedisConnection } from './redis-connection.ts'
import { RedisLedger } from './redis-ledger.ts'

const log = pino({ level: 'silent' })
const NOTHING_SPENT: QuotaHistory = { since: async () => await Promise.resolve({ requests: 0, costNanos: 0 }) }
const START_MS = Date.UTC(2026, 5, 17, 3)

function scopeOf(name: string, limits: Limits, budget?: Budget): LimitedScope {
  const scope = { scope: `key:${name}`, of: 'key' as const, name, limits, timeZone: 'UTC' }
  return budget === undefined ? scope : { ...scope, budget }
}

let service: Redis
let connection: RedisConnection
let names = 0

const suite = hasRedis() ? describe : describe.skip
suite('RedisLedger', () => {
  beforeAll(async () => {
    const found = await redis()
    if (found === null) throw new Error('there was a Redis a moment ago')
    service = found
    connection = new RedisConnection({ url: service.url, log, commandTimeoutMs: 2_000 })
    await new Promise<void>((resolve) => {
      connection.onBack(resolve)
    })
  })
  afterAll(() => connection[Symbol.dispose]())

  async function ledgerOf(clock?: () => number, history = NOTHING_SPENT, keyPrefix?: string): Promise<RedisLedger> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const ledger = new RedisLedger({
      connection,
      log,
      keyPrefix: keyPrefix ?? `${service.keyPrefix}${names++}`,
      instance: `ins_${names++}`,
      history,
      liveInstances: () => 1,
      onLive: () => setImmediate(resolve),
      slotLeaseMs: 10 * 86_400_000,
      ...(clock === undefined ? {} : { clock }),
    })
    await promise
    return ledger
  }

  it('decides as the one in memory does, whatever happens in whatever order', { timeout: 60_000 }, async () => {
    const limits = fc.record(
      {
        rpm: fc.constantFrom(0, 1, 3, 70, 5000),
        tpm: fc.constantFrom(0, 50, 400, 9000),
        concurrency: fc.constantFrom(0, 1, 2, 80),
        requestsPerDay: fc.constantFrom(2, 7, 300),
        requestsPerMonth: fc.constantFrom(5, 400),
      },
      { requiredKeys: [] },
    )
    const budget = fc.option(
      fc.record({ amountNanos: fc.constantFrom(0, 1000, 9_007_000_000_000), reset: fc.constantFrom('day', 'never') }),
      { nil: undefined, freq: 4 },
    )
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('call' as const),
          which: fc.subarray([0, 1, 2], { minLength: 1 }),
          tokens: fc.nat(60),
          cost: fc.nat(400),
          wish: fc.boolean(),
          // A call that was let in needs more money.
          moneyOnly: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('lease' as const),
          which: fc.nat(2),
          requests: fc.nat(20),
          each: fc.integer({ min: 1, max: 9 }),
          slots: fc.nat(4),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('settle' as const),
          tokens: fc.integer({ min: -40, max: 40 }),
          cost: fc.integer({ min: -300, max: 300 }),
          refund: fc.boolean(),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('wait' as const),
          ms: fc.oneof(fc.nat(300), fc.nat(20_000), fc.constant(59_999)),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('gone' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.tuple(limits, budget), fc.tuple(limits, budget), fc.tuple(limits, budget)),
        fc.array(step, { maxLength: 40 }),
        async (given, steps) => {
          let nowMs = START_MS
          let holder = 'a'
          const clock = (): number => nowMs
          const memory = new MemoryLedger({ clock, wallClock: clock, history: NOTHING_SPENT })
          await using shared = await ledgerOf(clock)
          const scopes = given.map(([own, budgetOf], index) =>
            scopeOf(String(index), own, budgetOf as Budget | undefined),
          )
          const open: { scopes: readonly LimitedScope[]; at: number; tokens: number; cost: number }[] = []
          for (const one of steps) {
            if (one.do === 'wait') nowMs += one.ms
            else if (one.do === 'gone') {
              for (const ledger of [memory, shared]) ledger.holderGone(holder)
              // No worker ever has the name of one before it.
              holder += 'a'
              open.splice(0)
            } else if (one.do === 'settle') {
              const call = open.shift()
              if (call === undefined) continue
              const back = {
                kind: 'limit-return' as const,
                holder,
                scopes: call.scopes.map((scope) => ({
                  scope,
                  slots: scope.limits.concurrency === undefined ? 0 : 1,
                  units: [
                    {
                      bookedAtMs: call.at,
                      requests: one.refund && countsRequests(scope) ? 1 : 0,
                      tokens: scope.limits.tpm === undefined ? 0 : Math.min(call.tokens, Math.max(0, one.tokens)),
                      costNanos: Math.min(call.cost, Math.max(0, one.cost)),
                    },
                  ],
                  usedTokens: scope.limits.tpm === undefined ? 0 : Math.max(0, -one.tokens),
                  usedCostNanos: scope.budget === undefined ? 0 : Math.max(0, -one.cost),
                })),
              }
              for (const ledger of [memory, shared]) ledger.give(back)
              // Returns are sent together, a moment later.
              await new Promise(setImmediate)
            } else {
              const named = one.do === 'call' ? one.which.map((index) => scopes[index]!) : []
              const asked = one.do === 'call' && one.moneyOnly ? budgetsOf(named) : named
              if (one.do === 'call' && asked.length === 0) continue
              const leases =
                one.do === 'lease'
                  ? [{ scope: scopes[one.which]!, requests: one.requests, tokensEach: one.each, slots: one.slots }]
                  : one.wish && !one.moneyOnly
                    ? [{ scope: scopes[0]!, requests: 4, tokensEach: 5, slots: 1 }]
                    : []
              const call = one.do === 'call' ? { scopes: asked, tokens: one.tokens, costNanos: one.cost } : null
              const ask = { kind: 'limit-ask' as const, holder, call, leases }
              const [here, there] = [await memory.ask(ask), await shared.ask(ask)]
              expect(there).toEqual(here)
              if (here.admission?.ok === true && one.do === 'call')
                open.push({ scopes: asked, at: here.admission.bookedAtMs[0]!, tokens: one.tokens, cost: one.cost })
            }
          }
          expect(await shared.peek(scopes)).toEqual(await memory.peek(scopes))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('books a call on all of its scopes or on none', async () => {
    await using ledger = await ledgerOf()
    const wide = scopeOf('wide', { rpm: 100 })
    const narrow = scopeOf('narrow', { rpm: 2 })
    const replies = await Promise.all(Array.from({ length: 9 }, async () => await ledger.ask(asking([wide, narrow]))))
    expect(replies.filter(({ admission }) => admission?.ok === true)).toHaveLength(2)
    const [standing] = await ledger.peek([wide])
    expect(standing?.windows).toMatchObject([{ limit: 'rpm', used: 2 }])
    const refused = replies.at(-1)?.admission
    expect(refused).toMatchObject({ ok: false, scope: 'key:narrow', limit: 'rpm', max: 2, tooLarge: false })
  })

  it('lets instances together through what one may', async () => {
    const prefix = `${service.keyPrefix}together`
    await using a = await ledgerOf(undefined, NOTHING_SPENT, prefix)
    await using b = await ledgerOf(undefined, NOTHING_SPENT, prefix)
    const scope = scopeOf('shared', { rpm: 25, concurrency: 25 })
    const replies = await Promise.all(
      Array.from({ length: 80 }, async (_, at) => await (at % 2 ? a : b).ask(asking([scope]))),
    )
    expect(replies.filter(({ admission }) => admission?.ok === true)).toHaveLength(25)
  })

  it('asks the usage records for a count that Redis does not have, once, and goes on from there', async () => {
    let asked = 0
    const history: QuotaHistory = {
      since: async () => {
        asked++
        return await Promise.resolve({ requests: 5, costNanos: 700 })
      },
    }
    await using ledger = await ledgerOf(undefined, history)
    const scope = scopeOf('quota', { requestsPerDay: 7 }, { amountNanos: 1_000, reset: 'never' })
    const outcomes: boolean[] = []
    for (let call = 0; call < 4; call++) outcomes.push((await ledger.ask(asking([scope], 10, 100))).admission!.ok)
    expect(outcomes).toEqual([true, true, false, false])
    expect(asked).toBe(2)
  })

  it('counts on in a new day, and gives back to the day in which it was booked', async () => {
    let nowMs = Date.UTC(2026, 5, 17, 23, 59, 50)
    await using ledger = await ledgerOf(() => nowMs)
    const scope = scopeOf('day', { requestsPerDay: 1 })
    const first = await ledger.ask(asking([scope]))
    expect((await ledger.ask(asking([scope]))).admission).toMatchObject({
      ok: false,
      limit: 'requestsPerDay',
      retryAfterMs: 10_000,
    })
    nowMs += 10_000
    expect((await ledger.ask(asking([scope]))).admission?.ok).toBe(true)
    const [bookedAtMs] = (first.admission as LedgerBooking).bookedAtMs
    ledger.give({
      kind: 'limit-return',
      holder: 'a',
      scopes: [
        {
          scope,
          slots: 0,
          units: [{ bookedAtMs: bookedAtMs!, requests: 1, tokens: 0, costNanos: 0 }],
          usedTokens: 0,
          usedCostNanos: 0,
        },
      ],
    })
    expect((await ledger.ask(asking([scope]))).admission?.ok).toBe(false)
  })

  it('never lets too many through when the clock is put back, and recovers within a minute', async () => {
    let nowMs = START_MS
    await using ledger = await ledgerOf(() => nowMs)
    const scope = scopeOf('clock', { rpm: 3 })
    for (let call = 0; call < 3; call++) expect((await ledger.ask(asking([scope]))).admission?.ok).toBe(true)
    nowMs -= 3_600_000
    expect((await ledger.ask(asking([scope]))).admission).toMatchObject({ ok: false, retryAfterMs: 60_000 })
    nowMs += 60_000
    expect((await ledger.ask(asking([scope]))).admission?.ok).toBe(true)
  })

  it('gives the slots of an instance that is gone to the others after a while, and not those of one that lives', async () => {
    const options = { connection, log, history: NOTHING_SPENT, liveInstances: () => 2, slotLeaseMs: 1_500 }
    const keyPrefix = `${service.keyPrefix}slots`
    const scope = scopeOf('slots', { concurrency: 2 })
    const made = async (instance: string): Promise<RedisLedger> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const ledger = new RedisLedger({ ...options, keyPrefix, instance, onLive: () => setImmediate(resolve) })
      await promise
      return ledger
    }
    await using living = await made('living')
    const dying = await made('dying')
    expect((await living.ask(asking([scope]))).admission?.ok).toBe(true)
    expect((await dying.ask(asking([scope]))).admission?.ok).toBe(true)
    expect((await living.ask(asking([scope]))).admission).toMatchObject({ ok: false, limit: 'concurrency' })
    // No more sign of life, as after kill -9.
    await dying[Symbol.asyncDispose]()
    const startedMs = performance.now()
    while (!(await living.ask(asking([scope]))).admission!.ok) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect((await living.ask(asking([scope]))).admission?.ok).toBe(false)
  })

  it('frees the slots of a worker that ended while its question was on the way', async () => {
    await using ledger = await ledgerOf()
    const scope = scopeOf('worker', { concurrency: 1 })
    const asked = ledger.ask({ ...asking([scope]), holder: 'ended' })
    ledger.holderGone('ended')
    await asked
    expect((await ledger.ask(asking([scope]))).admission?.ok).toBe(true)
  })

  it('counts a budget anew from the usage records when an instance was found dead', async () => {
    let spent = 0
    const history: QuotaHistory = { since: async () => await Promise.resolve({ requests: 0, costNanos: spent }) }
    const keyPrefix = `${service.keyPrefix}dead`
    await using ledger = await ledgerOf(undefined, history, keyPrefix)
    const scope = scopeOf('budget', {}, { amountNanos: 100, reset: 'never' })
    // Held by a call whose end nobody will tell.
    expect((await ledger.ask(asking([scope], 1, 90))).admission?.ok).toBe(true)
    expect((await ledger.ask(asking([scope], 1, 90))).admission?.ok).toBe(false)
    spent = 5
    await connection.command('ZADD', `{${keyPrefix}}:instances`, Date.now() - 60_000, 'dead')
    const untilMs = performance.now() + 3_000
    let through = false
    while (!through && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      through = (await ledger.ask(asking([scope], 1, 90))).admission!.ok
    }
    expect(through).toBe(true)
    expect(await ledger.peek([scope])).toMatchObject([{ windows: [{ limit: 'budget', used: 95 }] }])
  })

  it('lets nobody through on a guess when the usage records cannot be asked', async () => {
    await using ledger = await ledgerOf(undefined, {
      since: async () => await Promise.reject(new Error('no database')),
    })
    const scope = scopeOf('guess', {}, { amountNanos: 5, reset: 'month' })
    await expect(ledger.ask(asking([scope]))).rejects.toMatchObject({ code: 'service_unavailable' })
  })
})

function asking(scopes: readonly LimitedScope[], tokens = 1, costNanos = 0) {
  return { kind: 'limit-ask' as const, holder: 'a', call: { scopes, tokens, costNanos }, leases: [] }
}
