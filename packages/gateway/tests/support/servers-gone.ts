// What becomes of a wallet that two instances spend while Redis or PostgreSQL does not answer.

import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStream, startFakeUpstream } from '@fairlead/testkit'
import { expect } from 'vitest'
import { type Books, lostNanos, settledBooks, sumOf, takenNanos } from './books.ts'
import { chat } from './gateway.ts'
import { servedNanos, statuses, toldNanos, withCosts } from './money-oracle.ts'
import { eventually } from './processes.ts'
import { type SeveralInstances, startInstances } from './several-instances.ts'
import { NANOS_PER_DOLLAR, openAccount, shopYaml } from './shop.ts'
import { type Purchase, spend } from './spenders.ts'

/** `freeze` = it says nothing and its connections stay open; `kill` = it is gone. */
export type ServerFault = 'freeze' | 'kill'

const BALANCE_NANOS = 1_000 * NANOS_PER_DOLLAR
/** Slices are good for fifteen seconds after the last sign of life that reached the database; and some time to notice. */
const SLICES_ARE_VOID_MS = 25_000
const RECOVERED_MS = 15_000

/** Nobody notices, as no money is kept there. */
export async function spendWithoutRedis(fault: ServerFault): Promise<void> {
  await using upstream = await startFakeUpstream({ script: { delayMs: 20 } })
  await using instances = await startInstances(2, { yaml: shopYaml([upstream.url]) })
  const account = await openAccount(originOf(instances), BALANCE_NANOS)
  const urls = instances.gateways.map(({ url }) => url)
  const spending = spend({ urls, key: account.key, spenders: 10, leaveWhenBroke: false })
  await eventually(() => spending.purchases.length > 100, 'the spending has begun')
  await redisFails(instances, fault)
  const servedBefore = spending.purchases.length
  await sleep(4_000)
  await redisIsBack(instances, fault)
  expect(spending.purchases.length).toBeGreaterThan(servedBefore + 100)
  await sleep(500)
  const told = await spending.stop()
  const books = await settledBooks({ url: instances.databaseUrl }, account.accountId)
  console.log(`Redis, ${fault}: ${JSON.stringify(statuses(told))}`)
  expect(Object.keys(statuses(told))).toEqual(['200'])
  expectExact(books, told)
  expect(books.costNanos).toBe(servedNanos(upstream))
}

/**
 * What has been drawn is spent, streams that run come to their end, then there is 503 and nothing else; and all is well soon
 * after the database is.
 */
export async function spendWithoutPostgres(fault: ServerFault): Promise<void> {
  await using upstream = await startFakeUpstream({ script: { delayMs: 20 } })
  await using instances = await startInstances(2, { yaml: shopYaml([upstream.url]) })
  const urls = instances.gateways.map(({ url }) => url)
  const account = await openAccount(originOf(instances), BALANCE_NANOS)
  const spending = spend({ urls, key: account.key, spenders: 6, leaveWhenBroke: false, patienceMs: 30_000 })
  await eventually(() => spending.purchases.length > 100, 'the spending has begun')
  // Two streams that last longer than all of this.
  const agent = new Agent()
  const tokens = Math.ceil((SLICES_ARE_VOID_MS + 3_000) / 100)
  const body = chat(`[[testkit: tokens=${tokens} gapMs=100]]`, { stream: true, max_tokens: tokens })
  const streams = urls.map((url) => openStream(`${url}/chat/completions`, body, { key: account.key, agent }))
  await Promise.all(streams.map(({ responded }) => responded))

  const beganAtMs = performance.now()
  await postgresFails(instances, fault)
  await sleep(SLICES_ARE_VOID_MS)
  const results = await Promise.all(streams.map(({ result }) => result))
  await postgresIsBack(instances, fault)
  const endedAtMs = performance.now()
  const servedSince = (ms: number): readonly Purchase[] =>
    spending.purchases.filter(({ fromMs, status }) => fromMs >= ms && status === 200)
  await eventually(() => servedSince(endedAtMs).length > 20, 'it recovers', RECOVERED_MS)
  const recoveredMs = (servedSince(endedAtMs)[0]?.toMs ?? 0) - endedAtMs
  const told = await spending.stop()
  const books = await settledBooks({ url: instances.databaseUrl }, account.accountId)
  const during = told.filter(({ fromMs }) => fromMs >= beganAtMs && fromMs < endedAtMs)
  console.log(
    `PostgreSQL, ${fault}: ${JSON.stringify(statuses(during))}, well again after ${recoveredMs.toFixed(0)} ms`,
  )

  expect(results.map((result) => result.end)).toEqual(['done', 'done'])
  expect(servedSince(beganAtMs).length).toBeGreaterThan(0)
  // At the end nothing can be paid for.
  const last = during.filter(({ fromMs }) => fromMs > endedAtMs - 2_000)
  expect(last.length).toBeGreaterThan(0)
  for (const { status, code, retryAfterS } of last) {
    expect({ status, code, waits: retryAfterS > 0 }).toEqual({
      status: 503,
      code: 'service_unavailable',
      waits: true,
    })
  }
  expect(told.filter(({ status }) => status === 401 || status === 402)).toEqual([])
  expectExact(books, told)
  expect(books.costNanos).toBeLessThanOrEqual(servedNanos(upstream))
  agent.destroy()
}

function originOf({ gateways: [first] }: SeveralInstances): string {
  if (first === undefined) throw new Error('there is no instance')
  return first.origin
}

async function redisFails({ redis }: SeveralInstances, fault: ServerFault): Promise<void> {
  if (fault === 'kill') await redis.kill()
  else redis.freeze()
}

async function redisIsBack({ redis }: SeveralInstances, fault: ServerFault): Promise<void> {
  if (fault === 'kill') await redis.start()
  else redis.thaw()
}

async function postgresFails({ postgres }: SeveralInstances, fault: ServerFault): Promise<void> {
  if (fault === 'kill') await postgres.kill()
  else postgres.freeze()
}

async function postgresIsBack({ postgres }: SeveralInstances, fault: ServerFault): Promise<void> {
  if (fault === 'kill') await postgres.start()
  else postgres.thaw()
}

/** Nothing is wrong, and what clients were told is what was booked. */
function expectExact(books: Books, told: readonly Purchase[]): void {
  expect(books.violations).toEqual([])
  expect(books.doubled).toEqual([])
  const lost = lostNanos(books)
  expect(sumOf(books, 'revenue')).toBe(books.costNanos)
  expect(takenNanos(books, BALANCE_NANOS) + lost).toBe(books.costNanos)
  const whole = told.filter(({ whole: isWhole }) => isWhole)
  expect(whole.filter(({ requestId }) => !books.costs.has(requestId))).toEqual([])
  const booked = withCosts(
    whole.map((purchase) => ({ ...purchase, costNanos: null })),
    books.costs,
  )
  expect(toldNanos(withCosts(whole, books.costs))).toBe(toldNanos(booked))
}
