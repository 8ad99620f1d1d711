// Everybody who can log in, from the operator's side: looked up, suspended, let in again. What the operator cannot do is to
// become somebody without a trace: a link that resets somebody's access is in the audit log, and ends their sessions.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit, type AuditedChange } from '../audit-log.ts'
import type { ChangePublisher } from '../change.ts'
import { checkedName } from '../checks.ts'
import type { IdentityDatabase, IdentityStores } from '../identity-database.ts'
import type { MemberRecord } from '../member-store.ts'
import { mustBeOperator } from '../must-be-operator.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import { pageLimit, type Page, type PageQuery } from '../page.ts'
import type { Principal } from '../principal.ts'
import { createPerson } from './create-person.ts'
import type { FactorSummary } from './factor-store.ts'
import type { LinkService } from './link-service.ts'
import { checkedEmail } from './mail-address.ts'
import { resetMail } from './mail-texts.ts'
import type { PersonRecord, PersonStatus } from './person-store.ts'
import type { PostMail } from './post-mail.ts'

const LINK_MS = 24 * 3_600_000

export interface PersonServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly changes?: ChangePublisher
  readonly links: LinkService
  readonly mail: PostMail
}

export interface PersonView {
  readonly person: PersonRecord
  readonly factors: FactorSummary
  readonly places: readonly MemberRecord[]
}

export interface MadeLink {
  readonly url: string
  readonly expiresAtMs: number
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. All of it for the operator. */
export interface PersonService {
  /** Newest first. */
  list(
    principal: Principal,
    page?: PageQuery & { readonly email?: string; readonly status?: PersonStatus; readonly operator?: boolean },
  ): Promise<Page<PersonRecord>>
  get(principal: Principal, personId: string): Promise<PersonView>
  /** The operator vouches for the address. With a link by which they choose how to log in. */
  create(
    principal: Principal,
    wanted: { readonly email: string; readonly name?: string; readonly operator?: boolean },
    origin?: Origin,
  ): Promise<{ readonly person: PersonRecord; readonly link: MadeLink }>
  /** Whose rights change is logged out. `conflict` for the last operator. */
  update(
    principal: Principal,
    personId: string,
    patch: { readonly name?: string; readonly operator?: boolean },
    origin?: Origin,
  ): Promise<PersonRecord>
  /** Suspended: sessions and tokens are refused from now on. `conflict` for the last operator. */
  setStatus(principal: Principal, personId: string, status: PersonStatus, origin?: Origin): Promise<PersonRecord>
  /** A link to choose factors anew; the one before it ends. @param send by mail as well */
  makeLink(principal: Principal, personId: string, send: boolean, origin?: Origin): Promise<MadeLink>
  /** Passwords, passkeys, codes and tokens are gone, and every session ends; a link lets them in again. */
  resetFactors(principal: Principal, personId: string, origin?: Origin): Promise<MadeLink>
  /** The link that makes the first operator. `conflict` when there is one. */
  makeSetUpLink(principal: Principal, origin?: Origin): Promise<MadeLink>
}

export function createPersonService({ database, now, changes, links, mail }: PersonServiceOptions): PersonService {
  /** One change to a person, alone with them; when it concerns their rights, they are logged out by it. */
  const change = async <Result>(
    principal: Principal,
    personId: string,
    work: (stores: IdentityStores, before: PersonRecord, log: (entry: Entry) => Promise<void>) => Promise<Result>,
    origin: Origin,
  ): Promise<Result> => {
    mustBeOperator(principal)
    const result = await database.transaction(async (stores) => {
      await stores.persons.lock(personId)
      const before = await stores.persons.find(personId)
      if (before === undefined) throw noPerson(personId)
      const log = async (entry: Entry): Promise<void> => {
        await writeAudit(stores.audit, principal, origin, now(), { objectId: personId, accountId: '', ...entry })
      }
      return await work(stores, before, log)
    })
    await changes?.publish({ kind: 'person', personId })
    return result
  }

  const linkFor = async (stores: IdentityStores, personId: string): Promise<MadeLink> => {
    const { url, record } = await links.make(stores, 'reset', personId, LINK_MS)
    return { url, expiresAtMs: record.expiresAtMs }
  }

  return {
    async list(principal, page = {}) {
      mustBeOperator(principal)
      const { email, status, operator, after } = page
      if (email !== undefined) {
        const person = await database.persons.findByEmail(email.trim().toLowerCase())
        return { records: person === undefined ? [] : [person], hasMore: false }
      }
      return await database.persons.list({
        limit: pageLimit(page),
        ...(after === undefined ? {} : { after }),
        ...(status === undefined ? {} : { status }),
        ...(operator === undefined ? {} : { operator }),
      })
    },

    async get(principal, personId) {
      mustBeOperator(principal)
      const person = await database.persons.find(personId)
      if (person === undefined) throw noPerson(personId)
      const [factors, places] = await Promise.all([
        database.factors.summary(personId),
        database.members.listOfPerson(personId),
      ])
      return { person, factors, places }
    },

    async create(principal, wanted, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      const email = checkedEmail(wanted.email)
      const name = checkedName(wanted.name ?? email.split('@')[0] ?? email)
      return await database.transaction(async (stores) => {
        const operator = wanted.operator ?? false
        const person = await createPerson(stores, { email, name, verified: true, operator }, now())
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'person.create',
          objectId: person.personId,
          accountId: '',
          before: null,
          after: { ...person },
        })
        return { person, link: await linkFor(stores, person.personId) }
      })
    },

    update: (principal, personId, patch, origin = NO_ORIGIN) =>
      change(
        principal,
        personId,
        async (stores, before, log) => {
          const changed = {
            ...(patch.name === undefined ? {} : { name: checkedName(patch.name) }),
            ...(patch.operator === undefined ? {} : { operator: patch.operator }),
            updatedAtMs: now(),
          }
          const after = { ...before, ...changed }
          if (before.operator && !after.operator) await mustKeepAnOperator(stores, principal, before)
          await stores.persons.update(personId, changed)
          if (before.operator !== after.operator) await stores.sessions.removeAllOf(personId)
          await log({ action: 'person.update', before: { ...before }, after: { ...after } })
          return after
        },
        origin,
      ),

    setStatus: (principal, personId, status, origin = NO_ORIGIN) =>
      change(
        principal,
        personId,
        async (stores, before, log) => {
          const after = { ...before, status, updatedAtMs: now() }
          if (status === 'suspended') {
            await mustKeepAnOperator(stores, principal, before)
            await stores.sessions.removeAllOf(personId)
          }
          await stores.persons.update(personId, { status, updatedAtMs: after.updatedAtMs })
          const action = status === 'suspended' ? 'person.suspend' : 'person.restore'
          await log({ action, before: { ...before }, after: { ...after } })
          return after
        },
        origin,
      ),

    makeLink: (principal, personId, send, origin = NO_ORIGIN) =>
      change(
        principal,
        personId,
        async (stores, { email }, log) => {
          const link = await linkFor(stores, personId)
          await log({ action: 'link.make', before: null, after: { kind: 'reset', expiresAtMs: link.expiresAtMs } })
          if (send) mail.post((brand) => resetMail({ brand, to: email, ...link }))
          return link
        },
        origin,
      ),

    resetFactors: (principal, personId, origin = NO_ORIGIN) =>
      change(
        principal,
        personId,
        async (stores, _before, log) => {
          const before = await stores.factors.summary(personId)
          await stores.factors.removeAll(personId)
          await stores.accessTokens.removeAllOf(personId)
          await stores.sessions.removeAllOf(personId)
          await log({ action: 'factors.reset', before: { ...before }, after: null })
          return await linkFor(stores, personId)
        },
        origin,
      ),

    async makeSetUpLink(principal, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      return await database.transaction(async (stores) => {
        if ((await stores.persons.countOperators()) > 0) {
          throw new GatewayError('conflict', 'There is an operator already: make a link for their mail address.')
        }
        const { url, record } = await links.make(stores, 'set_up', null, LINK_MS)
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'link.make',
          objectId: record.linkId,
          accountId: '',
          before: null,
          after: { kind: 'set_up', expiresAtMs: record.expiresAtMs },
        })
        return { url, expiresAtMs: record.expiresAtMs }
      })
    },
  }
}

type Entry = Pick<AuditedChange, 'action' | 'before' | 'after'>

/** Whoever has the machine may do even that: somebody who broke in may be the only operator. */
async function mustKeepAnOperator(
  { persons }: Pick<IdentityStores, 'persons'>,
  principal: Principal,
  { operator, status }: PersonRecord,
): Promise<void> {
  if (!operator || status !== 'active' || principal.person === undefined) return
  if ((await persons.countOperators()) > 1) return
  throw new GatewayError('conflict', 'This is the last operator. Make somebody else one first.')
}

function noPerson(personId: string): GatewayError {
  return new GatewayError('not_found', `There is no person "${personId.slice(0, 64)}".`)
}
