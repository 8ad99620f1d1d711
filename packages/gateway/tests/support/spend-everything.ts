// A crowd spends one wallet down to the last call that it can pay for, and then everybody's count is compared: the
// upstream's, the clients', the ledger's.

import { Agent } from 'node:http'
import type { FakeUpstream } from '@fairlead/testkit'
import type { DatabasePlace } from 'fairlead/store/database.ts'
import { expect } from 'vitest'
import { type Books, settledBooks, lostNanos, sumOf, takenNanos } from './books.ts'
import { mostHeldNanos, servedNanos, statuses, toldNanos, withCosts, wrongRefusals } from './money-oracle.ts'
import { nanosOf, openAccount, type PaidAccount } from './shop.ts'
import { buy, ERRANDS, MOST_TOKENS, type Purchase, spend, type SpendOptions, TOLD_ERRANDS } from './spenders.ts'

/** The most that one errand can hold. */
export const MOST_HELD_NANOS = Math.max(...ERRANDS.map((body) => mostHeldNanos(body, MOST_TOKENS)))

const SPENDERS = 100

export interface Shop {
  /** Where the account is opened. */
  readonly origin: string
  /** With `/v1`. */
  readonly urls: readonly string[]
  readonly place: DatabasePlace
  readonly upstream: FakeUpstream
  /** Where it can be reached: unspent money goes back at once. */
  readonly callBack?: (accountId: string) => Promise<void>
}

export interface Spree {
  readonly account: PaidAccount
  readonly purchases: readonly Purchase[]
  readonly books: Books
}

/**
 * @param meanwhile is run beside the spending, and awaited
 */
export async function spendEverything(
  shop: Shop,
  balanceNanos: number,
  options: Partial<SpendOptions> = {},
  meanwhile: (purchases: readonly Purchase[]) => Promise<void> = async () => undefined,
): Promise<Spree> {
  const account = await openAccount(shop.origin, balanceNanos)
  const spending = spend({ urls: shop.urls, key: account.key, spenders: SPENDERS, ...options })
  const [told] = await Promise.all([spending.over, meanwhile(spending.purchases)])
  await shop.callBack?.(account.accountId)
  const books = await settledBooks(shop.place, account.accountId)
  return { account, purchases: withCosts(told, books.costs), books }
}

/** Small enough that it all lies in the slices of the first workers that are asked. */
const SMALL_BALANCE_NANOS = 12 * MOST_HELD_NANOS
const MOST_CALLS = 200

/**
 * One call after the other, each over a connection of its own, so that another worker or instance is met, until there is a
 * 402. Nobody else spends: so there is no doubt about what is left, and the 402 has to be right to the nano-dollar.
 */
export async function spendOneByOne(shop: Shop): Promise<void> {
  const account = await openAccount(shop.origin, SMALL_BALANCE_NANOS)
  let leftNanos = SMALL_BALANCE_NANOS
  const agent = new Agent({ keepAlive: false })
  for (let call = 0; call < MOST_CALLS; call++) {
    const url = `${shop.urls[call % shop.urls.length]}/chat/completions`
    const bought = await buy(url, account.key, TOLD_ERRANDS[call % TOLD_ERRANDS.length] ?? '', { agent })
    if (bought.status === 200 && bought.costNanos !== null) {
      leftNanos -= bought.costNanos
      continue
    }
    expect(bought).toMatchObject({ status: 402, code: 'insufficient_balance' })
    const neededNanos = nanosOf(/up to US\$ ([\d.]+)/.exec(bought.message)?.[1] ?? 'nothing')
    expect(leftNanos).toBeGreaterThanOrEqual(0)
    expect(neededNanos).toBeGreaterThan(leftNanos)
    return
  }
  throw new Error(`${leftNanos} of ${SMALL_BALANCE_NANOS} nano-US$ are left after ${MOST_CALLS} calls`)
}

/**
 * Nothing was overspent, nothing was charged that the upstream did not serve, nobody was refused while there was money, and
 * at least nine tenths were spent. The only account of the shop, whose upstream has served nobody else.
 * @param late whether the operator may have lost what came too late
 */
export function expectExactly(
  { account, purchases, books }: Spree,
  upstream: FakeUpstream,
  what: string,
  late = false,
): void {
  const { balanceNanos } = account
  const served = servedNanos(upstream)
  const taken = takenNanos(books, balanceNanos)
  const losses = lostNanos(books)
  const wrong = wrongRefusals(purchases, balanceNanos, MOST_HELD_NANOS)
  console.log(
    `${what}: ${JSON.stringify(statuses(purchases))}, spent ${((100 * taken) / balanceNanos).toFixed(2)} % of ${balanceNanos} nano-US$, losses ${losses}, wrong refusals ${wrong.length}`,
  )
  expect(books.violations).toEqual([])
  expect(books.doubled).toEqual([])
  expect(books.wallet.availableNanos).toBeGreaterThanOrEqual(0)
  expect(taken).toBeLessThanOrEqual(balanceNanos)
  // No call cost more than was held for it.
  expect(sumOf(books, 'overrun_loss')).toBe(0)
  if (!late) expect(sumOf(books, 'late_loss')).toBe(0)
  // What was served is what the rows say, what the operator took, and what clients were told; the wallet paid for all but
  // what the operator lost.
  expect(books.costNanos).toBe(served)
  expect(sumOf(books, 'revenue')).toBe(served)
  expect(taken + losses).toBe(served)
  expect(toldNanos(purchases.filter(({ status }) => status === 200))).toBe(served)
  expect(wrong).toEqual([])
  expect(taken / balanceNanos).toBeGreaterThanOrEqual(0.9)
}
