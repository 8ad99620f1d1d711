import { describe, expect, it } from 'vitest'
import { GatewayError } from '../core/errors.ts'
import { KeyCache, readToken } from './key-cache.ts'
import { makeKey } from './key-format.ts'
import { OPERATOR, type Principal } from './principal.ts'

const KEY = makeKey('sk-fl-')
const MASTER = 'the master key of this test'

function principalOf(changes: Partial<Principal> = {}): Principal {
  return {
    ...OPERATOR,
    keyId: 'key_a',
    accountId: 'acc_a',
    operator: false,
    group: 'gold',
    makers: ['key_m'],
    ...changes,
  }
}

/** A cache whose clock and whose answers the test decides. */
function cacheWith(answer: (digest: string) => Principal | null | Promise<Principal | null>) {
  const state = { monotonicMs: 1_000, nowMs: 1_700_000_000_000, asked: 0, masterKey: MASTER, answer }
  const cache = new KeyCache({
    pepper: Buffer.alloc(32),
    keyPrefix: () => 'sk-fl-',
    masterKey: () => state.masterKey,
    monotonicMs: () => state.monotonicMs,
    nowMs: () => state.nowMs,
    findKey: (digest) => {
      state.asked += 1
      return state.answer(digest)
    },
  })
  return Object.assign(state, {
    cache,
    identify: (key = KEY) => cache.identify({ authorization: `Bearer ${key}` }),
    /** The code of the refusal, or the key's id. */
    outcome: async (key = KEY): Promise<string> => {
      try {
        return (await cache.identify({ 'x-api-key': key })).keyId
      } catch (error) {
        return error instanceof GatewayError ? error.code : String(error)
      }
    },
  })
}

describe('KeyCache', () => {
  it('asks once for a key, and then answers by itself at once', async () => {
    const test = cacheWith(() => principalOf())
    const both = await Promise.all([test.identify(), test.identify()])
    expect(both.map(({ keyId }) => keyId)).toEqual(['key_a', 'key_a'])
    expect(test.identify()).toBe(both[0])
    expect(test.asked).toBe(1)
  })

  it('tells keys apart by all of their text', async () => {
    const other = makeKey('sk-fl-')
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.answer = () => null
    // Garbage with the same beginning, then a real key that nobody made.
    expect(await test.outcome(`${KEY.slice(0, -1)}${KEY.endsWith('0') ? '1' : '0'}`)).toBe('invalid_api_key')
    expect(test.asked).toBe(1)
    expect(await test.outcome(other)).toBe('invalid_api_key')
    expect(test.asked).toBe(2)
  })

  it('refuses with the last millisecond of an expiry', async () => {
    const test = cacheWith(() => principalOf({ expiresAtMs: 1_700_000_005_000 }))
    await test.identify()
    test.nowMs += 4_999
    expect(await test.outcome()).toBe('key_a')
    test.nowMs += 1
    expect(await test.outcome()).toBe('invalid_api_key')
    expect(test.asked).toBe(1)
  })

  it('says 403 and why, to a key whose account may do nothing, and asks no more often for it', async () => {
    const test = cacheWith(() => principalOf({ refusal: 'The account is suspended.' }))
    expect(await test.outcome()).toBe('permission_denied')
    expect(() => test.identify()).toThrow('The account is suspended.')
    expect(test.asked).toBe(1)
    test.cache.forget({ kind: 'account', accountId: 'acc_a' })
    test.answer = () => principalOf()
    expect(await test.outcome()).toBe('key_a')
  })

  it.each([
    [{ kind: 'key', keyId: 'key_a' }],
    [{ kind: 'key', keyId: 'key_m' }],
    [{ kind: 'account', accountId: 'acc_a' }],
    [{ kind: 'group', group: 'gold' }],
    [{ kind: 'all' }],
  ] as const)('asks again after %j', async (change) => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.cache.forget(change)
    test.answer = () => null
    expect(await test.outcome()).toBe('invalid_api_key')
    expect(test.asked).toBe(2)
  })

  it('goes on with a key after a change of something else', async () => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.cache.forget({ kind: 'key', keyId: 'key_b' })
    test.cache.forget({ kind: 'account', accountId: 'acc_b' })
    test.cache.forget({ kind: 'group', group: 'silver' })
    expect(test.identify()).not.toBeInstanceOf(Promise)
    expect(test.asked).toBe(1)
  })

  it('does not remember the answer to a question that was on its way when the key changed', async () => {
    const answers: ((principal: Principal | null) => void)[] = []
    const test = cacheWith(() => new Promise((resolve) => answers.push(resolve)))
    const first = test.outcome()
    test.cache.forget({ kind: 'key', keyId: 'key_a' })
    // From before the revocation.
    answers.shift()?.(principalOf())
    await new Promise(setImmediate)
    expect(test.asked).toBe(2)
    answers.shift()?.(null)
    expect(await first).toBe('invalid_api_key')
    expect(await test.outcome()).toBe('invalid_api_key')
    expect(test.asked).toBe(2)
  })

  it('is not drawn into asking for ever by a key that changes all the time', async () => {
    const test = cacheWith(() => {
      test.cache.forget({ kind: 'key', keyId: 'key_a' })
      return principalOf()
    })
    expect(await test.outcome()).toBe('service_unavailable')
    expect(test.asked).toBeLessThan(10)
  })

  it('asks for the same unknown key once in a while, however often it comes', async () => {
    const test = cacheWith(() => null)
    for (let time = 0; time < 100; time++) expect(await test.outcome()).toBe('invalid_api_key')
    expect(test.asked).toBe(1)
    test.monotonicMs += 3_000
    await test.outcome()
    expect(test.asked).toBe(2)
    // Whatever changed may have been this one.
    test.cache.forget({ kind: 'key', keyId: 'key_z' })
    test.answer = () => principalOf()
    expect(await test.outcome()).toBe('key_a')
  })

  it('asks again meanwhile for a key in use, without making anybody wait', async () => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.monotonicMs += 15_000
    test.answer = () => null
    expect(test.identify()).not.toBeInstanceOf(Promise)
    await new Promise(setImmediate)
    expect(test.asked).toBe(2)
    expect(await test.outcome()).toBe('invalid_api_key')
  })

  it('goes on with what it knows for a minute while nobody can be asked, and never says 401 for that', async () => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.answer = () => Promise.reject(new GatewayError('service_unavailable', 'down', { retryAfterSeconds: 5 }))
    for (const stepMs of [15_000, 10_000, 10_000, 10_000, 14_000]) {
      test.monotonicMs += stepMs
      expect(await test.outcome()).toBe('key_a')
    }
    test.monotonicMs += 2_000
    expect(await test.outcome()).toBe('service_unavailable')
    expect(await test.outcome(makeKey('sk-fl-'))).toBe('service_unavailable')
    expect(await test.outcome('garbage')).toBe('invalid_api_key')
    expect(await test.outcome(MASTER)).toBe('master')
    test.answer = () => principalOf()
    test.monotonicMs += 1_000
    expect(await test.outcome()).toBe('key_a')
  })

  it('forgets a changed key at once even while nobody can be asked', async () => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    test.cache.forget({ kind: 'key', keyId: 'key_a' })
    test.answer = () => Promise.reject(new Error('no answer'))
    expect(await test.outcome()).toBe('service_unavailable')
  })

  it('does not queue up requests before a database that is down', async () => {
    const test = cacheWith(() => Promise.reject(new Error('down')))
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => test.outcome(makeKey('sk-fl-'))))
    expect(new Set(outcomes)).toEqual(new Set(['service_unavailable']))
    const asked = test.asked
    for (let time = 0; time < 50; time++) await test.outcome(makeKey('sk-fl-'))
    expect(test.asked).toBe(asked)
  })

  it('drops the old master key when it changes', async () => {
    const test = cacheWith(() => null)
    expect(await test.outcome(MASTER)).toBe('master')
    test.masterKey = 'another master key entirely'
    test.cache.clear()
    expect(await test.outcome(MASTER)).toBe('invalid_api_key')
    expect(await test.outcome('another master key entirely')).toBe('master')
  })

  it('bears any number of changes without growing', async () => {
    const test = cacheWith(() => principalOf())
    await test.identify()
    for (let index = 0; index < 25_000; index++) test.cache.forget({ kind: 'key', keyId: `key_${index}` })
    // Asked once more at most: too many changes count as all.
    expect(await test.outcome()).toBe('key_a')
    expect(test.asked).toBeLessThanOrEqual(2)
  })
})

describe('readToken', () => {
  it('takes the first carrier there is, and never another when that one is malformed', () => {
    expect(readToken({ authorization: 'bearer  k ', 'x-api-key': 'other' })).toBe('k')
    expect(readToken({ 'x-api-key': 'k', 'x-goog-api-key': 'other' })).toBe('k')
    expect(readToken({ 'x-goog-api-key': 'k' })).toBe('k')
    const wrong = [
      {},
      { authorization: 'k', 'x-api-key': 'good' },
      { authorization: 'Basic k', 'x-api-key': 'good' },
      { authorization: 'Bearer ', 'x-api-key': 'good' },
      { authorization: '', 'x-api-key': 'good' },
      { authorization: ['Bearer a', 'Bearer b'] },
      { 'x-api-key': '' },
      { 'x-api-key': ['a', 'b'] },
    ]
    for (const headers of wrong) expect(() => readToken(headers)).toThrow(GatewayError)
  })
})
