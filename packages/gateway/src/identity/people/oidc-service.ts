// Coming in by an issuer, connecting one to somebody who is in, and showing by one that it is still you.
//
// Whose word counts for whom: an account at an issuer (issuer and subject together, never the mail address) is connected
// to one person. The connection is made by somebody who is logged in, or at the first log-in, where the issuer says that it
// has verified the address, and the address is of a domain that the operator allowed for this very issuer. Operators are
// connected by their own hand alone.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import type { IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import type { Origin } from '../origin.ts'
import type { Principal } from '../principal.ts'
import { createPerson } from './create-person.ts'
import { groupPlaces } from './group-places.ts'
import type { CameIn, LogInService } from './log-in-service.ts'
import { asNewcomer, startAfresh } from './newcomer.ts'
import { type OidcChecks, type OidcClaims, OidcIssuers, type AskIssuer } from './oidc-issuer.ts'
import { makeOwnAccount } from './own-account.ts'
import type { PeopleParts } from './people-parts.ts'
import type { OidcConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'
import type { OpenSession } from './session-service.ts'
import type { SessionRecord } from './session-store.ts'
import { textOf, type OpenTicket } from './ticket.ts'
import type { Visitor } from './visitor.ts'

/** Clocks of issuers differ. */
const SKEW_MS = 60_000

export interface OidcServiceOptions extends Pick<
  PeopleParts,
  'database' | 'now' | 'settings' | 'sessions' | 'tickets'
> {
  readonly logIn: LogInService
  readonly ask: AskIssuer
  readonly homeUrl: () => string
}

/** For what the browser goes to the issuer. */
export type OidcPurpose = 'log-in' | 'connect' | 'prove'

export interface OidcJourney {
  readonly url: string
  readonly ticket: string
}

export interface OidcArrival {
  /** Null for `connect`, and for who was refused. */
  readonly opened: OpenSession | null
  /** For the device's cookie, after a log-in. */
  readonly device: string | null
  /** A path of ours. */
  readonly returnTo: string
  /** Why nothing came of it; null = all is well. */
  readonly refused: GatewayError | null
}

/** Throws `GatewayError`: `not_found` for an issuer that is not configured, `service_unavailable`, `invalid_api_key`, `permission_denied`. */
export interface OidcService {
  issuers(): readonly { readonly name: string; readonly title: string }[]
  /** What people call the issuer of this address; null = it is not configured any more. */
  titleOf(issuer: string): string | null
  /** @param returnTo a path of ours, else the home page */
  begin(name: string, returnTo: string): Promise<OidcJourney>
  /** For somebody who is logged in. @param returnTo as with `begin` */
  beginFor(name: string, purpose: 'connect' | 'prove', principal: Principal, returnTo: string): Promise<OidcJourney>
  /** Throws only for who has not set out from here. @param query what the issuer sent back */
  arrive(name: string, query: string, visitor: Visitor): Promise<OidcArrival>
  /** Where the person of this session logs out at their issuer; null = nowhere. */
  endUrl(session: SessionRecord): Promise<string | null>
}

export function createOidcService(options: OidcServiceOptions): OidcService {
  return new Oidc(options)
}

class Oidc implements OidcService {
  readonly #options: OidcServiceOptions
  readonly #issuers: OidcIssuers

  constructor(options: OidcServiceOptions) {
    this.#options = options
    this.#issuers = new OidcIssuers(options)
  }

  issuers() {
    return this.#options.settings().oidc.map(({ name, title }) => ({ name, title }))
  }

  titleOf(issuer: string): string | null {
    const bare = (address: string): string => address.replace(/\/+$/, '')
    const config = this.#options.settings().oidc.find((one) => bare(one.issuer) === bare(issuer))
    return config === undefined ? null : config.title || config.name
  }

  begin(name: string, returnTo: string): Promise<OidcJourney> {
    return this.#begin(name, { purpose: 'log-in', returnTo: pathOfOurs(returnTo), personId: '', sessionId: '' })
  }

  beginFor(name: string, purpose: 'connect' | 'prove', principal: Principal, returnTo: string): Promise<OidcJourney> {
    const { personId } = principal.person ?? { personId: '' }
    return this.#begin(name, { purpose, returnTo: pathOfOurs(returnTo), personId, sessionId: principal.keyId })
  }

  async arrive(name: string, query: string, visitor: Visitor): Promise<OidcArrival> {
    const { database, tickets } = this.#options
    const config = this.#configOf(name)
    // Used up before anything is asked of the issuer: of two arrivals with one ticket the second one gets nowhere.
    const ticket = await tickets.redeem('oidc', visitor.ticket, database.tickets)
    if (textOf(ticket, 'issuer') !== name) throw notThis()
    const returnTo = textOf(ticket, 'returnTo')
    try {
      return { ...(await this.#finish(config, ticket, query, visitor)), returnTo, refused: null }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      return { opened: null, device: null, returnTo, refused: error }
    }
  }

  async endUrl({ method, issuer }: SessionRecord): Promise<string | null> {
    const config = method === 'oidc' ? this.#options.settings().oidc.find(({ name }) => name === issuer) : undefined
    return config === undefined ? null : await this.#issuers.endUrl(config, this.#options.homeUrl())
  }

  async #finish(
    config: OidcConfig,
    ticket: OpenTicket,
    query: string,
    visitor: Visitor,
  ): Promise<Pick<OidcArrival, 'opened' | 'device'>> {
    const current = new URL(this.#redirectUri(config.name))
    current.search = query
    const claims = await this.#issuers.finish(config, current, checksOf(ticket))
    switch (textOf(ticket, 'purpose')) {
      case 'connect':
        await this.#connect(claims, await this.#sessionOf(ticket, visitor), visitor.origin)
        return { opened: null, device: null }
      case 'prove':
        return { opened: await this.#prove(claims, ticket, visitor), device: null }
      default:
        return await this.#logIn(config, claims, visitor)
    }
  }

  async #begin(
    name: string,
    data: {
      readonly purpose: OidcPurpose
      readonly returnTo: string
      readonly personId: string
      readonly sessionId: string
    },
  ): Promise<OidcJourney> {
    const config = this.#configOf(name)
    const again = data.purpose === 'prove'
    const { url, checks } = await this.#issuers.begin(config, this.#redirectUri(name), again)
    return { url, ticket: this.#options.tickets.issue('oidc', { ...data, ...checks, issuer: name }) }
  }

  async #logIn(config: OidcConfig, claims: OidcClaims, visitor: Visitor): Promise<CameIn> {
    const { database, logIn, sessions } = this.#options
    const { person, opened } = await database.transaction(async (stores) => {
      const found = await this.#personOf(stores, config, claims, visitor.origin)
      await groupPlaces(stores, config, claims.groups, found, { origin: visitor.origin, nowMs: this.#options.now() })
      await this.#mustBelongSomewhere(stores, config, found, visitor.origin)
      const facts = { method: 'oidc', issuer: config.name, twoFactors: false, proved: true } as const
      return { person: found, opened: await logIn.admit(stores, found, facts, visitor) }
    })
    await sessions.told(person.personId)
    return { state: 'done', person, opened, device: await logIn.rememberDevice(person.personId, visitor) }
  }

  /** The person whom this account at the issuer is connected to, or may be. */
  async #personOf(
    stores: IdentityStores,
    config: OidcConfig,
    claims: OidcClaims,
    origin: Origin,
  ): Promise<PersonRecord> {
    const nowMs = this.#options.now()
    const identity = await stores.factors.findIdentity(claims.issuer, claims.subject)
    if (identity !== undefined) {
      const person = await stores.persons.find(identity.personId)
      if (person === undefined) throw notThis()
      // People leave companies: an address that has gone to another domain is no address of ours any more.
      mustBeAllowed(config, claims, false)
      await stores.factors.useIdentity(identity.identityId, claims.email, nowMs)
      return person
    }
    mustBeAllowed(config, claims, true)
    const known = await stores.persons.findByEmail(claims.email)
    const person = known === undefined ? await this.#newPerson(stores, config, claims, origin) : known
    if (person.operator) {
      throw new GatewayError(
        'permission_denied',
        'An operator connects an issuer by hand: log in another way, then connect it under /api/me/identities.',
        { param: 'operator' },
      )
    }
    if (person.emailVerifiedAtMs === null) {
      // Whoever signed up with this address before has not shown that it is theirs; this one has.
      await startAfresh(stores, person)
      await stores.persons.update(person.personId, { emailVerifiedAtMs: nowMs, updatedAtMs: nowMs })
      await stores.members.claim(person.email, person.personId)
    }
    await this.#link(stores, claims, person, asNewcomer(person), origin)
    return person
  }

  async #newPerson(
    stores: IdentityStores,
    config: OidcConfig,
    claims: OidcClaims,
    origin: Origin,
  ): Promise<PersonRecord> {
    const nowMs = this.#options.now()
    const { email, name } = claims
    if (this.#options.settings().signUp === 'off') throw notInvited()
    const person = await createPerson(stores, { email, verified: true, ...(name === '' ? {} : { name }) }, nowMs)
    await writeAudit(stores.audit, asNewcomer(person), origin, nowMs, {
      action: 'person.create',
      objectId: person.personId,
      accountId: '',
      before: null,
      after: { ...person, issuer: config.name },
    })
    return person
  }

  /** Rolls everything back for somebody who is new and belongs nowhere. */
  async #mustBelongSomewhere(
    stores: IdentityStores,
    { autoCreate }: OidcConfig,
    person: PersonRecord,
    origin: Origin,
  ): Promise<void> {
    const nowMs = this.#options.now()
    if (person.lastLogInAtMs !== null || (await stores.members.listOfPerson(person.personId)).length > 0) return
    if (autoCreate) {
      const by = { principal: asNewcomer(person), origin, nowMs }
      await makeOwnAccount(stores, person, { name: person.name, kind: 'person' }, by)
      return
    }
    // Somebody who was invited accepts as the next step.
    if ((await stores.invitations.openFor(person.email, nowMs)).length > 0) return
    throw notInvited()
  }

  async #connect(claims: OidcClaims, session: SessionRecord, origin: Origin): Promise<void> {
    const { database } = this.#options
    await database.transaction(async (stores) => {
      const person = await stores.persons.find(session.personId)
      if (person === undefined) throw notThis()
      const known = await stores.factors.findIdentity(claims.issuer, claims.subject)
      if (known !== undefined && known.personId !== person.personId) {
        throw new GatewayError('conflict', 'This account at the issuer is connected to somebody else here.')
      }
      if (known === undefined) {
        const actor = { ...asNewcomer(person), keyId: session.sessionId }
        await this.#link(stores, claims, person, actor, origin)
      }
    })
  }

  async #link(
    stores: IdentityStores,
    { issuer, subject, email }: OidcClaims,
    { personId }: PersonRecord,
    actor: Principal,
    origin: Origin,
  ): Promise<void> {
    const nowMs = this.#options.now()
    const identityId = `idn_${randomBase62(16)}`
    const record = { identityId, personId, issuer, subject, email, createdAtMs: nowMs, lastUsedAtMs: nowMs }
    await stores.factors.insertIdentity(record)
    await writeAudit(stores.audit, actor, origin, nowMs, {
      action: 'identity.link',
      objectId: identityId,
      accountId: '',
      before: null,
      after: record,
    })
  }

  async #prove(claims: OidcClaims, ticket: OpenTicket, visitor: Visitor): Promise<OpenSession> {
    const { database, sessions, now } = this.#options
    const session = await this.#sessionOf(ticket, visitor)
    const identity = await database.factors.findIdentity(claims.issuer, claims.subject)
    // Logged in there again, after it was asked for, as the same person.
    const isFresh = claims.authenticatedAtMs !== null && claims.authenticatedAtMs >= ticket.issuedAtMs - SKEW_MS
    if (identity?.personId !== session.personId || !isFresh) throw notThis()
    const { passkeys, totp } = await database.factors.summary(session.personId)
    if (passkeys > 0 || totp) {
      throw new GatewayError('permission_denied', 'You have a second factor: show a code or a passkey.')
    }
    const person = await database.persons.find(session.personId)
    const opened = await sessions.proved(session, false)
    if (opened === null || person === undefined) throw notThis()
    await writeAudit(database.audit, { ...asNewcomer(person), keyId: session.sessionId }, visitor.origin, now(), {
      action: 'person.step_up',
      objectId: session.personId,
      accountId: '',
      before: null,
      after: { method: 'oidc' },
    })
    return opened
  }

  /** Of the browser that set out: a ticket alone moves nobody. */
  async #sessionOf(ticket: OpenTicket, visitor: Visitor): Promise<SessionRecord> {
    const found = visitor.session === null ? null : await this.#options.sessions.identify(visitor.session)
    if (found === null || found.session.sessionId !== textOf(ticket, 'sessionId')) throw notThis()
    return found.session
  }

  #configOf(name: string): OidcConfig {
    const config = this.#options.settings().oidc.find((one) => one.name === name)
    if (config !== undefined) return config
    throw new GatewayError('not_found', `There is no issuer "${name.slice(0, 64)}".`)
  }

  #redirectUri(name: string): string {
    return `${this.#options.homeUrl()}/api/login/oidc/${name}/callback`
  }
}

/** @param isFirst the address alone says who it is: then a domain must be named for it */
function mustBeAllowed({ allowedDomains, title }: OidcConfig, claims: OidcClaims, isFirst: boolean): void {
  if (!isFirst && allowedDomains.length === 0) return
  const domain = claims.email.split('@').at(-1) ?? ''
  if (claims.emailVerified && claims.email.includes('@') && allowedDomains.includes(domain)) return
  throw new GatewayError(
    'permission_denied',
    `${title} vouches for no mail address that is taken here. Log in another way, or ask the operator.`,
    { param: 'email' },
  )
}

function checksOf(ticket: OpenTicket): OidcChecks {
  return {
    state: textOf(ticket, 'state'),
    nonce: textOf(ticket, 'nonce'),
    verifier: textOf(ticket, 'verifier'),
    again: ticket.data['again'] === true,
  }
}

/** Nothing that a browser takes for another site: no host, no backslash, no control characters. */
function pathOfOurs(path: string): string {
  return /^\/(?![/\\])[\w\-./?=&%#~]{0,500}$/.test(path) ? path : '/'
}

function notThis(): GatewayError {
  return new GatewayError('invalid_api_key', 'This does not belong to your log-in. Begin again.')
}

function notInvited(): GatewayError {
  return new GatewayError(
    'permission_denied',
    'Nobody has invited this address. Ask somebody who is in, or the operator.',
    { param: 'invitation' },
  )
}
