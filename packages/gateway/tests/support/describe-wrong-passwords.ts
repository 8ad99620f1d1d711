// Wrong passwords by the thousand, against one account and against many: what they make the gateway do is bounded, and
// whoever owns the account gets in meanwhile. The passwords cost what they cost in production.
import { describe, expect, it } from 'vitest'
import { PASSWORD_COST } from '../../src/identity/people/password-hash.ts'
import { Browser } from './browser.ts'
import { logIn, PASSWORD } from './logged-in.ts'
import { guessAtOnce, guessManyAccounts, guessOneAccount, HER_ADDRESS, withOwner } from './wrong-passwords.ts'

const MINUTE_MS = 60_000
const EMAIL = 'ada@example.com'

export function describeWrongPasswords(tries: number, timeoutMs: number): void {
  const seconds = tries / 10
  describe(`${tries} wrong passwords`, () => {
    it(
      'against one account, from many addresses: some dozens are looked at, and the owner gets in',
      async () => {
        const { control, owner } = await withOwner({ cost: PASSWORD_COST })
        await using _ = control
        const { lookedAt, statuses } = await guessOneAccount(control, tries, async () => {
          // In the middle of it, on the browser that she uses, and from a new one at the same desk.
          const known = await owner.post('/api/login/password', { email: EMAIL, password: PASSWORD })
          expect(known.json).toMatchObject({ state: 'done' })
          await logIn(control, EMAIL, new Browser(control.origin, HER_ADDRESS))
        })
        console.log(`one account: ${tries} tries in ${seconds} s, ${lookedAt - 2} looked at`)
        expect(statuses).toEqual(new Set([401, 429]))
        expect(lookedAt).toBeLessThan(40)
        // On a device and at a place where she never was she waits a quarter of an hour at most.
        control.world.nowMs += 15 * MINUTE_MS
        await logIn(control, EMAIL, new Browser(control.origin, '203.0.113.200'))
      },
      timeoutMs,
    )

    it(
      'against many accounts, from one address: the address is made to wait, and nobody else is',
      async () => {
        const { control, owner } = await withOwner({ cost: PASSWORD_COST })
        await using _ = control
        const { lookedAt, statuses } = await guessManyAccounts(control, tries)
        console.log(`many accounts: ${tries} tries in ${seconds} s, ${lookedAt} looked at`)
        expect(statuses).toEqual(new Set([401, 429]))
        expect(lookedAt).toBeLessThan(60)
        await logIn(control, EMAIL, owner)
        await logIn(control, EMAIL, new Browser(control.origin, '203.0.113.5'))
      },
      timeoutMs,
    )

    it(
      'at one moment, each from another address: most are sent away at the door, and the owner gets in',
      async () => {
        const { control, owner } = await withOwner({ cost: PASSWORD_COST })
        await using _ = control
        const beganMs = performance.now()
        const flood = guessAtOnce(control, tries)
        const known = await owner.post('/api/login/password', { email: EMAIL, password: PASSWORD })
        const ownerMs = performance.now() - beganMs
        expect(known.json).toMatchObject({ state: 'done' })
        const { lookedAt, statuses } = await flood
        const allMs = performance.now() - beganMs
        console.log(
          `at once: ${lookedAt - 1} of ${tries} looked at, in ${allMs.toFixed(0)} ms; the owner was in after ${ownerMs.toFixed(0)} ms`,
        )
        expect(statuses).toEqual(new Set([401, 503]))
        expect(lookedAt).toBeLessThan(tries / 10)
      },
      timeoutMs,
    )
  })
}
