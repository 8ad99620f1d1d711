// The services of people on a database of any kind, with cheap passwords and a mailbox that the test can read.
import type { Mail } from '../../billing/payments/outbound.ts'
import { peopleSchema, resolvePeople } from '../../config/people-schema.ts'
import type { Database } from '../../store/database.ts'
import type { Role } from '../member-store.ts'
import type { Origin } from '../origin.ts'
import { createPerson } from '../people/create-person.ts'
import { createPeopleServices, type PeopleServices } from '../people/people-services.ts'
import type { PeopleConfig } from '../people/people-settings.ts'
import type { PersonRecord } from '../people/person-store.ts'
import type { Visitor } from '../people/visitor.ts'
import { OPERATOR, type Principal } from '../principal.ts'
import { houseOn, type House } from './house.ts'

export const FROM: Origin = { address: '203.0.113.7', requestId: 'req_1', userAgent: 'test/1' }
export const VISITOR: Visitor = { origin: FROM, session: null, device: null, ticket: null }

export interface PeopleHouse {
  readonly home: House
  readonly people: PeopleServices
  readonly database: Database
  readonly mails: readonly Mail[]
  settings: PeopleConfig
  /** Somebody whose address is sure. */
  person(email: string, operator?: boolean): Promise<PersonRecord>
  account(name?: string): Promise<string>
  /** Somebody in the account, as what they are logged in as: a new session with each call. */
  inside(accountId: string, email: string, role: Role): Promise<Principal>
  /** The same person in the same account, with a new session; throws when they are in it no more. */
  again(principal: Principal, accountId?: string): Promise<Principal>
  /** Whether the session of this principal is there still. */
  isAlive(principal: Principal): Promise<boolean>
  /** The token behind the # of the last mail. */
  mailedToken(): string
  actions(): Promise<readonly string[]>
}

export function peopleHouseOn(database: Database): PeopleHouse {
  const home = houseOn(database, (place) => people.placeChanged(place))
  const mails: Mail[] = []
  const state = { settings: resolvePeople({ people: peopleSchema.parse({}) }) }
  const people = createPeopleServices({
    database,
    pepper: Buffer.alloc(32, 7),
    now: () => home.nowMs,
    settings: () => state.settings,
    changes: { publish: async (change) => void home.told.push(change) },
    groups: () => home.fileGroups,
    brand: () => 'Fairlead',
    homeUrl: () => 'https://gateway.example',
    sendMail: async (mail) => void mails.push(mail),
    log: { error() {} },
    ask: () => async () => await Promise.reject(new Error('Nobody is asked here.')),
    passwordCost: { memoryKib: 64, passes: 1 },
  })

  const logIn = async (person: PersonRecord, accountId: string | null): Promise<Principal> => {
    const facts = { method: 'password', twoFactors: false, proved: true } as const
    const { session } = await database.transaction((stores) => people.sessions.begin(stores, person, facts, FROM))
    return await people.principalOf(person, { kind: 'session', session }, { ofPath: accountId, ofHeader: null })
  }
  const known = async (personId: string): Promise<PersonRecord> => {
    const person = await database.persons.find(personId)
    if (person === undefined) throw new Error(`nobody is ${personId}`)
    return person
  }
  const person = async (email: string, operator = false): Promise<PersonRecord> =>
    await database.transaction((stores) => createPerson(stores, { email, verified: true, operator }, home.nowMs))

  return Object.assign(state, {
    home,
    people,
    database,
    mails,
    person,
    account: async (name = 'Team') => (await home.accounts.create(OPERATOR, { name })).accountId,
    async inside(accountId: string, email: string, role: Role) {
      const somebody = (await database.persons.findByEmail(email)) ?? (await person(email))
      const added = await home.members.add(OPERATOR, accountId, { email, role })
      if (added.role !== role) await database.members.update(added.memberId, { role })
      return await logIn(somebody, accountId)
    },
    again: async ({ person: act, accountId: last }: Principal, accountId = last) =>
      await logIn(await known(act?.personId ?? ''), accountId),
    isAlive: async ({ keyId }: Principal) => (await database.sessions.find(keyId)) !== undefined,
    mailedToken: () => /#(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '',
    async actions() {
      const { records } = await home.audit.list(OPERATOR, { limit: 1000 })
      return records.map(({ action }) => action).toReversed()
    },
  })
}
