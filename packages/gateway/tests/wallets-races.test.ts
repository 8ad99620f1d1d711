// Money while everything around it changes: keys deleted, accounts suspended, wallets locked, settings edited, money paid
// in and taken out, and upstreams that lie about what was used. The wallet is right to the nano-dollar after each.

import { setTimeout as sleep } from 'node:timers/promises'
import { openStream, startFakeUpstream, type FakeUpstream, type StreamCall } from '@fairlead/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settledBooks, lostNanos, sumOf, takenNanos, type Books } from './support/books.ts'
import { chat, startGateway, type TestGateway } from './support/gateway.ts'
import { servedNanos, statuses, toldNanos, withCosts } from './support/money-oracle.ts'
import { eventually } from './support/processes.ts'
import {
  dollars,
  NANOS_PER_DOLLAR,
  openAccount,
  operate,
  OUTPUT_NANOS_PER_TOKEN,
  payIn,
  shopYaml,
  type PaidAccount,
} from './support/shop.ts'
import { buy, errand, spend } from './support/spenders.ts'

let upstream: FakeUpstream
let gateway: TestGateway
beforeEach(async () => {
  upstream = await startFakeUpstream()
  gateway = await startGateway(shopYaml([upstream.url], 'health: { check: off }\n'))
})
afterEach(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const account = async (nanos: number): Promise<PaidAccount> => await openAccount(gateway.origin, nanos)

/** When nothing is held any more; nothing is wrong, and rows and charges are the same money. */
async function settled({ accountId }: PaidAccount): Promise<Books> {
  await gateway.callBack(accountId)
  const books = await settledBooks({ file: gateway.databaseFile }, accountId, 20_000)
  expect(books.violations).toEqual([])
  expect(books.doubled).toEqual([])
  expect(sumOf(books, 'revenue')).toBe(books.costNanos)
  return books
}

function openStreams(key: string, count: number, tokens: number, gapMs: number): readonly StreamCall[] {
  const body = chat(`[[testkit: tokens=${tokens} gapMs=${gapMs}]]`, { stream: true, max_tokens: tokens })
  return Array.from({ length: count }, () => openStream(`${gateway.url}/chat/completions`, body, { key, keep: false }))
}

describe('while fifty streams run', () => {
  it.each([
    ['their key is deleted', 401, async ({ key }: PaidAccount) => await deleteKey(key)],
    ['their account is suspended', 403, async ({ accountId }: PaidAccount) => await change(accountId, 'suspend')],
    ['their wallet is locked', 402, async ({ accountId }: PaidAccount) => await lock(accountId)],
  ] as const)(
    'and %s, they come to their end and are paid for, and new calls get %i',
    async (_what, status, act) => {
      const owner = await account(10 * NANOS_PER_DOLLAR)
      const streams = openStreams(owner.key, 50, 40, 50)
      await Promise.all(streams.map(({ responded }) => responded))
      await act(owner)
      const actedMs = performance.now()
      const refused = async (): Promise<boolean> =>
        (await buy(`${gateway.url}/chat/completions`, owner.key, errand(1))).status === status
      await eventually(refused, `new calls get ${status}`, 3_000)
      console.log(`refused after ${(performance.now() - actedMs).toFixed(0)} ms`)
      const ends = (await Promise.all(streams.map(({ result }) => result))).map(({ end }) => end)
      expect(new Set(ends)).toEqual(new Set(['done']))
      const books = await settled(owner)
      expect(takenNanos(books, owner.balanceNanos)).toBe(servedNanos(upstream))
    },
    60_000,
  )
})

describe('while twenty spend', () => {
  it('everything around the wallet may be edited: nothing of it touches the money', async () => {
    const owner = await account(NANOS_PER_DOLLAR)
    const spending = spend({ urls: [gateway.url], key: owner.key, spenders: 20 })
    let edits = 0
    const over = new AbortController()
    const edit = async (): Promise<void> => {
      while (!over.signal.aborted) {
        edits += 1
        await operate(gateway.origin, 'PATCH', `/api/accounts/${owner.accountId}`, {
          name: `edited ${edits}`,
          limits: { rpm: 1_000_000 + edits },
        })
      }
    }
    const editing = Promise.all([edit(), edit()])
    const told = await spending.over
    over.abort()
    await editing
    const books = await settled(owner)
    console.log(`${edits} edits beside ${JSON.stringify(statuses(told))}`)
    expect(edits).toBeGreaterThan(20)
    expect(takenNanos(books, owner.balanceNanos)).toBe(servedNanos(upstream))
    expect(toldNanos(withCosts(told, books.costs))).toBe(servedNanos(upstream))
  }, 60_000)

  it('money may come and go: what is left is what was paid in, less what was taken out and spent', async () => {
    const owner = await account(NANOS_PER_DOLLAR / 4)
    const spending = spend({ urls: [gateway.url], key: owner.key, spenders: 20, leaveWhenBroke: false })
    let balanceNanos = owner.balanceNanos
    for (let round = 0; round < 20; round++) {
      await payIn(gateway.origin, owner.accountId, 30_000_000)
      balanceNanos += 30_000_000
      // Not always so much is there: then it is refused whole.
      const taken = await operate(gateway.origin, 'POST', `/api/accounts/${owner.accountId}/wallet/adjustments`, {
        amount: `-${dollars(10_000_000)}`,
        note: 'taken back',
      }).catch((error: unknown) => {
        expect(String(error)).toMatch(/: 409 /)
        return null
      })
      if (taken !== null) balanceNanos -= 10_000_000
      await sleep(20)
    }
    const told = await spending.stop()
    const books = await settled(owner)
    console.log(`${JSON.stringify(statuses(told))}, left ${books.wallet.availableNanos} of ${balanceNanos}`)
    expect(takenNanos(books, balanceNanos)).toBe(servedNanos(upstream))
  }, 60_000)
})

describe('an upstream that lies about what was used', () => {
  it.each(['negative', 'nan', 'huge', 'string', 'fraction', 'zero', 'null', 'missing'] as const)(
    'with figures that are %s never adds to a wallet, and never takes more than there is',
    async (lie) => {
      const owner = await account(NANOS_PER_DOLLAR)
      await upstream.setFault(`lie-usage(${lie})`)
      for (const body of [errand(10), errand(10, { stream: true, stream_options: { include_usage: true } })]) {
        const bought = await buy(`${gateway.url}/chat/completions`, owner.key, body)
        expect([200, 503]).toContain(bought.status)
      }
      const books = await settled(owner)
      const taken = takenNanos(books, owner.balanceNanos)
      const lost = lostNanos(books)
      expect(taken).toBeGreaterThanOrEqual(0)
      expect(taken).toBeLessThanOrEqual(owner.balanceNanos)
      expect(taken + lost).toBe(books.costNanos)
      expect(books.wallet.state).toBe('active')
    },
    40_000,
  )

  it('twice in one stream charges once, by the last', async () => {
    const owner = await account(NANOS_PER_DOLLAR)
    await upstream.setFault('dup-usage')
    const body = errand(10, { stream: true, stream_options: { include_usage: true } })
    expect((await buy(`${gateway.url}/chat/completions`, owner.key, body)).whole).toBe(true)
    const books = await settled(owner)
    expect(takenNanos(books, owner.balanceNanos)).toBe(servedNanos(upstream))
  }, 40_000)
})

describe('long streams', () => {
  // Held in steps: all of them begin, though the wallet could not hold the whole of a third of them.
  it('of twenty clients use up a wallet that pays for half of them, and each ends whole or with insufficient_balance', async () => {
    const tokens = 6_000
    const clients = 20
    const balanceNanos = (clients * tokens * OUTPUT_NANOS_PER_TOKEN) / 2
    const owner = await account(balanceNanos)
    const streams = openStreams(owner.key, clients, tokens, 1)
    const results = await Promise.all(streams.map(({ result }) => result))
    const ends: Record<string, number> = {}
    for (const { end, status, errorBody } of results) {
      const code = (errorBody as { readonly code?: string } | undefined)?.code ?? ''
      ends[`${status} ${end} ${code}`.trim()] = (ends[`${status} ${end} ${code}`.trim()] ?? 0) + 1
    }
    const books = await settled(owner)
    const taken = takenNanos(books, balanceNanos)
    const lost = lostNanos(books)
    console.log(`${JSON.stringify(ends)}: ${((100 * taken) / balanceNanos).toFixed(1)} % spent, lost ${lost}`)
    for (const end of Object.keys(ends)) {
      expect(['200 done', '200 error-event insufficient_balance', '402 not-a-stream insufficient_balance']).toContain(
        end,
      )
    }
    expect(lost).toBe(0)
    expect(taken).toBeLessThanOrEqual(balanceNanos)
    expect(taken / balanceNanos).toBeGreaterThanOrEqual(0.9)
    // What clients got that nobody paid for. (What the upstream has sent ahead into its connection is no matter of speed here.)
    const gotNanos = results.reduce((sum, { eventCount }) => sum + eventCount, 0) * OUTPUT_NANOS_PER_TOKEN
    expect(gotNanos - taken).toBeLessThanOrEqual(clients * 1_024 * OUTPUT_NANOS_PER_TOKEN)
  }, 90_000)
})

async function deleteKey(key: string): Promise<void> {
  const response = await fetch(`${gateway.origin}/api/auth`, { headers: { authorization: `Bearer ${key}` } })
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] }
  await operate(gateway.origin, 'DELETE', `/api/auth/${data[0]?.id}`)
}

async function change(accountId: string, verb: string): Promise<void> {
  await operate(gateway.origin, 'POST', `/api/accounts/${accountId}/${verb}`)
}

async function lock(accountId: string): Promise<void> {
  await operate(gateway.origin, 'POST', `/api/accounts/${accountId}/wallet/lock`, { reason: 'a test' })
}
