// People who guess passwords, by the thousand.
import { setImmediate } from 'node:timers/promises'
import type { PasswordCost } from '../../src/identity/people/password-hash.ts'
import { Browser } from './browser.ts'
import { startControl, type TestControl } from './control-app.ts'
import { logIn, somebody } from './logged-in.ts'

const WAVE = 100

/** Told of the figures, for whoever reads the run. */
export interface Flood {
  readonly tries: number
  readonly lookedAt: number
  readonly statuses: ReadonlySet<number>
}

/** Ten guesses a second at one account, from a hundred addresses. @param midway called in the middle of it */
export async function guessOneAccount(
  control: TestControl,
  tries: number,
  midway: () => Promise<void>,
): Promise<Flood> {
  return await flood(control, tries, async (count) => {
    if (count === Math.floor(tries / 2)) await midway()
    return await guess(control, 'ada@example.com', `198.51.100.${count % 100}`)
  })
}

/** Ten guesses a second from one address, each at another account. */
export async function guessManyAccounts(control: TestControl, tries: number): Promise<Flood> {
  return await flood(control, tries, async (count) => await guess(control, `user${count}@example.com`, '198.51.100.9'))
}

/** All at one moment, each from another address. */
export async function guessAtOnce(control: TestControl, tries: number): Promise<Flood> {
  const before = control.people.passwords.hashed
  const flood: Promise<Response>[] = []
  for (let count = 0; count < tries; count++) {
    flood.push(guess(control, `user${count % 1000}@example.com`, `10.${count >> 8}.${count & 255}.7`))
    // They run in the gateway's own process here: it must get a turn.
    if (count % WAVE === WAVE - 1) await setImmediate()
  }
  const statuses = (await Promise.all(flood)).map(({ status }) => status)
  return { tries, lookedAt: control.people.passwords.hashed - before, statuses: new Set(statuses) }
}

async function flood(control: TestControl, tries: number, once: (count: number) => Promise<Response>): Promise<Flood> {
  const before = control.people.passwords.hashed
  const statuses = new Set<number>()
  for (let count = 0; count < tries; count++) {
    if (count % 10 === 0) control.world.nowMs += 1_000
    statuses.add((await once(count)).status)
  }
  return { tries, lookedAt: control.people.passwords.hashed - before, statuses }
}

/** Without a socket, so that ten thousand of them take seconds. */
export async function guess(
  control: TestControl,
  email: string,
  address: string,
  password = 'a wrong one',
): Promise<Response> {
  const headers = { 'x-fairlead-client-address': address }
  const body = JSON.stringify({ email, password })
  return await control.app.request('/api/login/password', { method: 'POST', headers, body })
}

/** With one person, who has logged in with her browser. */
export async function withOwner(
  rest: { readonly cost?: PasswordCost } = {},
): Promise<{ readonly control: TestControl; readonly owner: Browser }> {
  const control = await startControl({}, rest.cost === undefined ? {} : { passwordCost: rest.cost })
  await somebody(control, 'ada@example.com')
  return { control, owner: await logIn(control, 'ada@example.com', new Browser(control.origin, HER_ADDRESS)) }
}

export const HER_ADDRESS = '192.0.2.10'
