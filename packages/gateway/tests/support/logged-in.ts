// People who are in, for tests of what they may do.
import type { Role } from '../../src/identity/member-store.ts'
import { createPerson } from '../../src/identity/people/create-person.ts'
import { OPERATOR } from '../../src/identity/principal.ts'
import { Browser } from './browser.ts'
import type { TestControl } from './control-app.ts'

export const PASSWORD = 'a long sentence of hers'

export interface LoggedIn {
  readonly browser: Browser
  readonly personId: string
  readonly email: string
}

/** The first operator, by the one-time link. */
export async function firstOperator(control: TestControl, email = 'ada@example.com'): Promise<LoggedIn> {
  const { url } = await control.people.persons.makeSetUpLink(OPERATOR)
  const browser = new Browser(control.origin)
  const token = url.split('#')[1]
  const reply = await browser.post('/api/login/link', { token, email, password: PASSWORD })
  if (reply.status !== 200) throw new Error(reply.text)
  return { browser, personId: reply.json.session.person.id, email }
}

export interface Wanted {
  readonly operator?: boolean
  readonly places?: readonly { readonly accountId: string; readonly role: Role }[]
  readonly password?: string | null
}

/** Somebody with a password and places in accounts; not logged in yet. */
export async function somebody(control: TestControl, email: string, wanted: Wanted = {}): Promise<string> {
  const { operator = false, places = [], password = PASSWORD } = wanted
  const hash = password === null ? null : await control.people.passwords.hash(password)
  const nowMs = control.world.nowMs
  return await control.database.transaction(async (stores) => {
    const { personId } = await createPerson(stores, { email, verified: true, operator }, nowMs)
    if (hash !== null) await stores.factors.setPassword(personId, hash, nowMs)
    for (const [index, { accountId, role }] of places.entries()) {
      const memberId = `mem_${personId.slice(4, 14)}${String(index).padStart(6, '0')}`
      const status = 'active' as const
      await stores.members.insert({
        memberId,
        accountId,
        email,
        name: email,
        role,
        personId,
        status,
        createdAtMs: nowMs,
      })
    }
    return personId
  })
}

/** Logged in by password, with which no second factor is asked. */
export async function logIn(
  control: TestControl,
  email: string,
  browser = new Browser(control.origin),
  password = PASSWORD,
): Promise<Browser> {
  const reply = await browser.post('/api/login/password', { email, password })
  if (reply.status !== 200 || reply.json.state !== 'done') throw new Error(reply.text)
  return browser
}
