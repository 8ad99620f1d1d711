// What guessing costs, and what a stranger can learn from the answers: nothing.
import { describe, expect, it } from 'vitest'
import { PASSWORD_COST } from '../src/identity/people/password-hash.ts'
import { describeWrongPasswords } from './support/describe-wrong-passwords.ts'
import { Browser } from './support/browser.ts'
import { guess, withOwner } from './support/wrong-passwords.ts'

const MINUTE_MS = 60_000

describeWrongPasswords(1_500, 60_000)

describe('Guessing at a password', () => {
  it('locks nobody out who has a session, and leaves passkeys alone', async () => {
    const { control, owner } = await withOwner()
    await using _ = control
    for (let count = 0; count < 200; count++) await guess(control, 'ada@example.com', `198.51.100.${count}`)
    expect((await owner.get('/api/session')).status).toBe(200)
    const stranger = new Browser(control.origin.replace('127.0.0.1', 'localhost'), '198.51.100.7')
    expect((await stranger.post('/api/login/passkey/options', {})).status).toBe(200)
  })
})

describe('A stranger', () => {
  it('reads the same answer for an address that somebody has and one that nobody has, also when made to wait', async () => {
    const { control } = await withOwner()
    await using _ = control
    const seen: string[][] = [[], []]
    for (let count = 0; count < 14; count++) {
      for (const [index, email] of ['ada@example.com', 'nobody@example.com'].entries()) {
        const reply = await guess(control, email, `198.51.100.${count}`)
        const headers = [...reply.headers].filter(([name]) => name !== 'x-request-id').map(String)
        seen[index]?.push(`${reply.status} ${headers.join()} ${await reply.text()}`)
      }
    }
    expect(seen[0]).toEqual(seen[1])
    expect(seen[0]?.at(-1)).toContain('429')
  })

  it('waits as long for the one as for the other', async () => {
    const { control } = await withOwner({ cost: PASSWORD_COST })
    await using _ = control
    const times: [number[], number[]] = [[], []]
    const hashed: number[] = []
    for (let count = 0; count < 16; count++) {
      const order = count % 2 === 0 ? [0, 1] : [1, 0]
      for (const index of order) {
        control.world.nowMs += 16 * MINUTE_MS
        const before = control.people.passwords.hashed
        const beganMs = performance.now()
        const email = index === 0 ? 'ada@example.com' : 'nobody@example.com'
        expect((await guess(control, email, `198.51.100.${count}`)).status).toBe(401)
        times[index === 0 ? 0 : 1].push(performance.now() - beganMs)
        hashed.push(control.people.passwords.hashed - before)
      }
    }
    expect(new Set(hashed)).toEqual(new Set([1]))
    // The quickest of each: whatever else the machine does only adds to it. A hash that was left out would be a hundredth.
    const [known, unknown] = times.map((all) => Math.min(...all))
    console.log(`quickest: known ${known?.toFixed(1)} ms, unknown ${unknown?.toFixed(1)} ms`)
    expect((known ?? 0) / (unknown ?? 1)).toBeGreaterThan(0.6)
    expect((known ?? 0) / (unknown ?? 1)).toBeLessThan(1.7)
  }, 60_000)
})
