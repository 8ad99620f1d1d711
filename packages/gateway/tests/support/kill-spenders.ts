// Kills processes at random moments while a crowd spends from one wallet, and compares what the upstream served, what
// clients were told and what stands in the books. What a killed worker had under way may be lost to the operator, as
// nobody lived to hear what it cost; it is never charged twice, never charged without its row, and no hold stays behind.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeUpstream, seededRandom, startFakeUpstream } from '@fairlead/testkit'
import { freePort } from '@fairlead/testkit/free-port.ts'
import type { DatabasePlace } from 'fairlead/store/database.ts'
import { expect } from 'vitest'
import { type Books, settledBooks, lostNanos, readBooks, sumOf, takenNanos } from './books.ts'
import { servedNanos, statuses, toldNanos } from './money-oracle.ts'
import { eventually, isAlive, spawnGateway, type SpawnOptions } from './processes.ts'
import { startInstances } from './several-instances.ts'
import { NANOS_PER_DOLLAR, openAccount, type PaidAccount, shopYaml } from './shop.ts'
import { ERRANDS, errand, type Purchase, spend, type Spending } from './spenders.ts'

export interface KillSize {
  readonly rounds: number
  readonly spenders: number
  readonly seed: number
}

export interface KilledBooks {
  readonly account: PaidAccount
  readonly purchases: readonly Purchase[]
  readonly books: Books
  readonly servedNanos: number
  /** Replies that began and have no row, or one with another cost than the client was told. */
  readonly wronglyBooked: readonly string[]
  readonly takenNanos: number
  /** `overrun_loss` and `late_loss`: what the operator paid. */
  readonly lostNanos: number
}

/** Never empty: this is not about refusals. */
const BALANCE_NANOS = 1_000 * NANOS_PER_DOLLAR
/** Some streams last long enough that there is always one under way. */
const BODIES = [...ERRANDS, errand(20, { stream: true, stream_options: { include_usage: true } }, 15)]
const LONGEST_MS = 700
const JOURNAL_FILLS_MS = 1_000

/** Workers of one gateway on SQLite, one at a time. */
export async function killWorkers(size: KillSize & { readonly workers: number }): Promise<KilledBooks> {
  await using upstream = await startFakeUpstream()
  await using gateway = await spawnGateway({
    yaml: shopYaml([upstream.url]),
    workers: size.workers,
    port: await freePort(),
  })
  const account = await openAccount(gateway.origin, BALANCE_NANOS)
  const spending = spendAt([gateway.url], account, size)
  const random = seededRandom(size.seed)
  for (let round = 0; round < size.rounds; round++) {
    await aMoment(spending, random)
    const pids = gateway.workerPids()
    const pid = pids[Math.floor(random() * pids.length)]
    if (pid === undefined) throw new Error('there is no worker')
    process.kill(pid, 'SIGKILL')
  }
  const purchases = await spending.stop()
  return await compare(purchases, account, { file: fileOf(gateway.folder) }, upstream)
}

/** The primary of a gateway on SQLite, which takes its workers along; the next one goes on in its folder and on its port. */
export async function killPrimaries(size: KillSize & { readonly workers: number }): Promise<KilledBooks> {
  await using upstream = await startFakeUpstream()
  const options: SpawnOptions = { yaml: shopYaml([upstream.url]), workers: size.workers, port: await freePort() }
  await using first = await spawnGateway(options)
  const account = await openAccount(first.origin, BALANCE_NANOS)
  const spending = spendAt([first.url], account, size)
  const random = seededRandom(size.seed)
  let gateway = first
  try {
    for (let round = 0; round < size.rounds; round++) {
      await aMoment(spending, random)
      const workers = gateway.workerPids()
      process.kill(gateway.primaryPid, 'SIGKILL')
      await gateway.ended
      await eventually(() => !workers.some(isAlive), 'the workers are gone')
      gateway = await spawnGateway({ ...options, folder: first.folder })
    }
    return await compare(await spending.stop(), account, { file: fileOf(first.folder) }, upstream)
  } finally {
    await gateway[Symbol.asyncDispose]()
  }
}

/** Whole instances of three on PostgreSQL and Redis, primary and workers at once; each comes back in its folder. */
export async function killInstances(size: KillSize): Promise<KilledBooks> {
  await using upstream = await startFakeUpstream()
  await using instances = await startInstances(3, { yaml: shopYaml([upstream.url]) })
  const [first] = instances.gateways
  if (first === undefined) throw new Error('there is no instance')
  const account = await openAccount(first.origin, BALANCE_NANOS)
  // The ports change: spenders go where the instance is now.
  const spendings = instances.gateways.map(({ url }) => spendAt([url], account, size))
  const purchases: Purchase[] = []
  const random = seededRandom(size.seed)
  for (let round = 0; round < size.rounds; round++) {
    const at = Math.floor(random() * spendings.length)
    const spending = spendings[at]
    if (spending === undefined) throw new Error(`there is no instance ${at}`)
    await aMoment(spending, random)
    await instances.kill(at)
    purchases.push(...(await spending.stop()))
    const { url } = await instances.startAgain(at)
    spendings[at] = spendAt([url], account, size)
  }
  for (const spending of spendings) purchases.push(...(await spending.stop()))
  return await compare(purchases, account, { url: instances.databaseUrl }, upstream)
}

/**
 * One of three, which stays away until everything that it held is back in the wallet, and then finds its journal where it
 * left it: what stands there is booked, and is the operator's loss.
 * @returns the books before it came back, and after
 */
export async function killOneForLong(
  size: KillSize,
): Promise<{ readonly away: Books; readonly back: KilledBooks; readonly awayMs: number }> {
  await using upstream = await startFakeUpstream()
  await using instances = await startInstances(3, { yaml: shopYaml([upstream.url]) })
  const [first] = instances.gateways
  if (first === undefined) throw new Error('there is no instance')
  const account = await openAccount(first.origin, BALANCE_NANOS)
  const spending = spendAt(
    instances.gateways.map(({ url }) => url),
    account,
    size,
  )
  await aMoment(spending, seededRandom(size.seed))
  // The database answers nobody for a moment, so that there is something in the journal that it has not got.
  instances.postgres.freeze()
  await sleep(JOURNAL_FILLS_MS)
  await instances.kill(2)
  instances.postgres.thaw()
  const killedAtMs = performance.now()
  const purchases = await spending.stop()
  const place = { url: instances.databaseUrl }
  const away = await settledBooks(place, account.accountId, 60_000)
  const awayMs = performance.now() - killedAtMs
  await instances.startAgain(2)
  const whole = purchases.filter(({ status }) => status === 200)
  await eventually(
    async () => {
      const { costs } = await readBooks(place, account.accountId)
      return whole.every(({ requestId }) => costs.has(requestId))
    },
    'its journal is in the books',
    15_000,
  )
  return { away, awayMs, back: await compare(purchases, account, place, upstream) }
}

function spendAt(urls: readonly string[], account: PaidAccount, { spenders }: KillSize): Spending {
  return spend({ urls, key: account.key, spenders, bodies: BODIES, leaveWhenBroke: false })
}

/** Until the load goes on, and some more: kills fall into every part of a call, and of what follows it. */
async function aMoment(spending: Spending, random: () => number): Promise<void> {
  const served = (): number => spending.purchases.reduce((sum, { whole }) => sum + (whole ? 1 : 0), 0)
  const before = served()
  await eventually(() => served() >= before + 5, 'the load goes on', 30_000)
  await sleep(random() * LONGEST_MS)
}

async function compare(
  purchases: readonly Purchase[],
  account: PaidAccount,
  place: DatabasePlace,
  upstream: FakeUpstream,
): Promise<KilledBooks> {
  const books = await settledBooks(place, account.accountId, 60_000)
  const wronglyBooked = purchases
    .filter(({ status }) => status === 200)
    .filter(({ requestId, costNanos }) => {
      const booked = books.costs.get(requestId)
      return booked === undefined || (costNanos !== null && booked !== costNanos)
    })
    .map(({ requestId }) => requestId)
  return {
    account,
    purchases,
    books,
    servedNanos: servedNanos(upstream),
    wronglyBooked,
    takenNanos: takenNanos(books, account.balanceNanos),
    lostNanos: lostNanos(books),
  }
}

/** What must be true after any number of kills. */
export function expectRight(what: string, killed: KilledBooks): void {
  tell(what, killed)
  const { books, wronglyBooked } = killed
  expect(books.violations).toEqual([])
  expect(books.doubled).toEqual([])
  expect(wronglyBooked).toEqual([])
  expect(books.wallet).toMatchObject({ heldNanos: 0, state: 'active' })
  // Rows and charges are the same money, and nobody pays for what was never served.
  expect(sumOf(books, 'revenue')).toBe(books.costNanos)
  expect(killed.takenNanos + killed.lostNanos).toBe(books.costNanos)
  expect(books.costNanos).toBeLessThanOrEqual(killed.servedNanos)
}

/** For people. */
function tell(
  what: string,
  { purchases, books, servedNanos: served, takenNanos: taken, lostNanos }: KilledBooks,
): void {
  const unbilled = served - books.costNanos
  console.log(
    `${what}: ${JSON.stringify(statuses(purchases))}; served ${served}, in rows ${books.costNanos} (unbilled ${((100 * unbilled) / served).toFixed(2)} %), from the wallet ${taken}, lost ${lostNanos}; told ${toldNanos(purchases)} nano-US$`,
  )
}

function fileOf(folder: string): string {
  return join(folder, 'data', 'fairlead.db')
}
