// Properties over random trees of keys: whatever is made with whatever, and changed by whomever, in any order, nothing
// ever has more than any of its ancestors.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeEachDatabase } from '../store/__fixtures__/each-database.ts'
import { AddressRanges } from '../core/address-ranges.ts'
import { GatewayError } from '../core/errors.ts'
import { LIMIT_FIELDS, type Budget, type Limits } from '../limits/limits.ts'
import { houseOn, type House } from './__fixtures__/house.ts'
import type { KeyRules } from './key-rules.ts'
import type { KeyRecord } from './key-store.ts'
import { matchesPattern } from './patterns.ts'
import { OPERATOR, type Patterns, type Principal } from './principal.ts'

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'claude-haiku', 'claude-opus-mini', 'openai/gpt-4o', '']
const PATHS = ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens', '/v1beta/models/x:generateContent']
const ADDRESSES = ['10.0.0.1', '10.1.2.3', '11.0.0.1', '2001:db8::1', '2001:db9::1', '']

const figure = fc.option(fc.nat(20), { nil: undefined })
const limits: fc.Arbitrary<Limits> = fc
  .record({ rpm: figure, tpm: figure, concurrency: figure, requestsPerDay: figure, requestsPerMonth: figure })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
const listOf = (...patterns: string[]): fc.Arbitrary<string[] | null> =>
  fc.option(fc.uniqueArray(fc.constantFrom(...patterns), { minLength: 1, maxLength: 3 }), { nil: null })
const budget: fc.Arbitrary<Budget | null> = fc.option(
  fc.record({ amountNanos: fc.nat(20), reset: fc.constantFrom('day', 'week', 'month', 'never') }),
  { nil: null },
)
const rules: fc.Arbitrary<Partial<KeyRules> & { expiresInSeconds?: number }> = fc.record(
  {
    limits,
    budget,
    models: listOf('*', 'gpt-*', 'gpt-4o*', '*-mini', 'gpt-4o', 'claude-*', '*/*'),
    endpoints: listOf('*', '/v1/*', '/v1/messages', '/v1/messages*', '/v1beta/*'),
    addresses: listOf('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '::/0', '2001:db8::/32'),
    scopes: fc.constantFrom<KeyRules['scopes'][]>(['keys:manage'], ['keys:manage'], []),
    expiresInSeconds: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
)
/** Numbers choose among the keys that exist by then; 0 = the operator. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('make' as const), by: fc.nat(8), on: fc.nat(8), rules }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('change' as const), by: fc.nat(8), on: fc.nat(8), rules }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('revoke' as const), by: fc.nat(8), on: fc.nat(8), rules }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Living {
  readonly keyId: string
  readonly key: string
}

describeEachDatabase('A random tree of keys', (open) => {
  it('never gives a key more than any of its makers has', { timeout: 60_000 }, async () => {
    const database = await open()
    const runs = open.kind === 'sqlite' ? 60 : 15
    let alive = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const home = houseOn(database)
        const made: Living[] = []
        for (const one of steps) await take(home, made, one).catch(mustBeRefusal)
        const records = await Promise.all(made.map(({ keyId }) => home.keys.get(OPERATOR, keyId)))
        const byId = new Map(records.map((record) => [record.keyId, record]))
        for (const { keyId, key } of made) {
          const principal = await home.keys.identify(key)
          const chain = chainOf(keyId, byId)
          if (principal === null) expect(chain.some(isDead(home.nowMs))).toBe(true)
          else {
            alive += 1
            for (const maker of chain) mustBeWithin(principal, maker)
          }
        }
      }),
      { numRuns: runs },
    )
    expect(alive).toBeGreaterThan(runs / 4)
  })
})

async function take(home: House, made: Living[], { act, by, on, rules: wanted }: Step): Promise<void> {
  const actor = await actorOf(home, made, by)
  if (actor === null) return
  if (act === 'make') {
    const { record, key } = await home.keys.create({ name: 'k', maker: actor, ...wanted })
    made.push({ keyId: record.keyId, key })
    return
  }
  const target = made[on % Math.max(1, made.length)]
  if (target === undefined) return
  if (act === 'revoke') await home.keys.revoke(actor, target.keyId)
  else await home.keys.update(actor, target.keyId, wanted)
}

async function actorOf(home: House, made: readonly Living[], by: number): Promise<Principal | null> {
  if (by === 0 || made.length === 0) return OPERATOR
  return await home.keys.identify(made[by % made.length]?.key ?? '')
}

function mustBeRefusal(error: unknown): void {
  if (error instanceof GatewayError && error.status < 500) return
  throw error
}

function chainOf(keyId: string, byId: ReadonlyMap<string, KeyRecord>): KeyRecord[] {
  const record = byId.get(keyId)
  return record === undefined ? [] : [record, ...chainOf(record.madeBy, byId)]
}

function isDead(nowMs: number) {
  return ({ revokedAtMs, expiresAtMs }: KeyRecord): boolean =>
    revokedAtMs !== null || (expiresAtMs !== null && expiresAtMs <= nowMs)
}

/** As the data plane would find it, written anew here. */
function mustBeWithin(principal: Principal, maker: KeyRecord): void {
  const matchesEach = (lists: readonly Patterns[], text: string): boolean =>
    lists.every((list) => list.some((pattern) => matchesPattern(pattern, text)))
  const within = (list: Patterns | null, text: string): boolean => list === null || matchesEach([list], text)
  for (const model of MODELS) if (matchesEach(principal.models, model)) expect(within(maker.models, model)).toBe(true)
  for (const path of PATHS) if (matchesEach(principal.endpoints, path)) expect(within(maker.endpoints, path)).toBe(true)
  for (const address of ADDRESSES) {
    const mayCome = principal.addresses.every((ranges) => new AddressRanges(ranges).has(address))
    if (mayCome && maker.addresses !== null) expect(new AddressRanges(maker.addresses).has(address)).toBe(true)
  }
  for (const scope of principal.scopes) expect(maker.scopes).toContain(scope)
  if (maker.expiresAtMs !== null) expect(principal.expiresAtMs).toBeLessThanOrEqual(maker.expiresAtMs)
  const counted = principal.limited.find(({ scope }) => scope === `key:${maker.keyId}`)
  for (const { name } of LIMIT_FIELDS) expect(counted?.limits[name]).toBe(maker.limits[name])
  expect(counted?.budget ?? null).toEqual(maker.budget)
}
