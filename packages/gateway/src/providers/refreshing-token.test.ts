import { expect, it } from 'vitest'
import { RefreshingToken, type Expiring } from './refreshing-token.ts'

/** A clock that stands still, and an issuer that answers when it is told to. */
function setUp(lifeMs = 3_600_000) {
  const clock = { nowMs: 1_000_000 }
  const calls: PromiseWithResolvers<Expiring<string>>[] = []
  const token = new RefreshingToken<string>({
    now: () => clock.nowMs,
    fetch: () => {
      const call = Promise.withResolvers<Expiring<string>>()
      calls.push(call)
      return call.promise
    },
  })
  const issue = async (index: number, value: string): Promise<void> => {
    calls[index]?.resolve({ value, expiresAtMs: clock.nowMs + lifeMs })
    await settled()
  }
  const fail = async (index: number, message: string): Promise<void> => {
    calls[index]?.reject(new Error(message))
    await settled()
  }
  return { clock, calls, token, issue, fail }
}

/** Everything that was already resolved has run. */
async function settled(): Promise<void> {
  await new Promise(setImmediate)
}

it('fetches once, however many wait, and then gives the value at once', async () => {
  const { token, calls, issue } = setUp()
  const waiting = Promise.all([token.get(), token.get(), token.get()])
  expect(calls).toHaveLength(1)
  await issue(0, 'one')
  expect(await waiting).toEqual(['one', 'one', 'one'])
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(1)
})

it('renews ahead of the end, once, while everybody still gets the old value', async () => {
  const { token, calls, clock, issue } = setUp()
  void token.get()
  await issue(0, 'one')
  clock.nowMs += 3_600_000 - 300_001
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(1)
  clock.nowMs += 1
  expect([token.get(), token.get()]).toEqual(['one', 'one'])
  expect(calls).toHaveLength(2)
  await issue(1, 'two')
  expect(token.get()).toBe('two')
})

it('waits for the refresh that is on its way when the old value ends', async () => {
  const { token, calls, clock, issue } = setUp()
  void token.get()
  await issue(0, 'one')
  clock.nowMs += 3_400_000
  expect(token.get()).toBe('one')
  clock.nowMs += 200_000
  const late = token.get()
  expect(calls).toHaveLength(2)
  await issue(1, 'two')
  expect(await late).toBe('two')
})

it('does not renew a short-lived token in its first half', async () => {
  const { token, calls, clock, issue } = setUp(60_000)
  void token.get()
  await issue(0, 'one')
  clock.nowMs += 29_999
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(1)
  clock.nowMs += 1
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(2)
})

it('tells a failure to all who waited, and to all who come during the pause, without asking again', async () => {
  const { token, calls, clock, fail, issue } = setUp()
  const waiting = Promise.allSettled([token.get(), token.get()])
  await fail(0, 'down')
  expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(token.get()).rejects.toThrow('down')
  expect(calls).toHaveLength(1)

  clock.nowMs += 1_000
  const second = Promise.allSettled([token.get()])
  expect(calls).toHaveLength(2)
  await fail(1, 'still down')
  await second
  clock.nowMs += 1_999
  await expect(token.get()).rejects.toThrow('still down')
  expect(calls).toHaveLength(2)
  clock.nowMs += 1
  const third = token.get()
  expect(calls).toHaveLength(3)
  await issue(2, 'up')
  expect(await third).toBe('up')
})

it('lives on its old value while renewing fails, and asks only after each pause', async () => {
  const { token, calls, clock, fail } = setUp()
  void token.get()
  calls[0]?.resolve({ value: 'one', expiresAtMs: clock.nowMs + 3_600_000 })
  await settled()
  clock.nowMs += 3_400_000
  expect(token.get()).toBe('one')
  await fail(1, 'down')
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(2)
  clock.nowMs += 1_000
  expect(token.get()).toBe('one')
  expect(calls).toHaveLength(3)
  await fail(2, 'down')
  // The pause of a failed renewal does not keep the next one from being tried once the token is gone.
  clock.nowMs += 200_000
  void Promise.allSettled([token.get()])
  expect(calls).toHaveLength(4)
  await fail(3, 'down')
})

it('fetches another value when the one it gave was refused, once for all who were', async () => {
  const { token, calls, clock, issue } = setUp()
  void token.get()
  await issue(0, 'one')
  clock.nowMs += 10_000
  token.forget()
  const next = token.get()
  expect(calls).toHaveLength(2)
  await issue(1, 'two')
  expect(await next).toBe('two')
  token.forget()
  expect(token.get()).toBe('two')
})

it('keeps a value that never ends', async () => {
  const { token, calls, clock } = setUp()
  void token.get()
  calls[0]?.resolve({ value: 'for ever', expiresAtMs: Infinity })
  await settled()
  clock.nowMs += 1e12
  expect(token.get()).toBe('for ever')
  expect(calls).toHaveLength(1)
})

it('does not wait for ever for an issuer that is silent', async () => {
  const { promise: silence } = Promise.withResolvers<Expiring<string>>()
  const token = new RefreshingToken({ now: () => 0, fetch: () => silence, timeoutMs: 5 })
  await expect(token.get()).rejects.toThrow('no answer within 5 ms')
})
