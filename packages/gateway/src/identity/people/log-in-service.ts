// Coming in. Showing again that it is still you is `step-up-service.ts`.
//
//   password ──► nothing else asked ──► session
//            └─► a second factor ─────► ticket ──► code, recovery code or passkey ──► session
//   passkey ───► session (the key and the finger are two factors)
//   link ──────► as a password, with a new one chosen on the way
//
// Every refusal of an address and a password reads the same and takes as long, whoever is asked for. Nothing that comes
// before the session is of any use without what comes after it.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import type { AuditAction } from '../audit-store.ts'
import type { IdentityStores } from '../identity-database.ts'
import type { Origin } from '../origin.ts'
import { OPERATOR, type Principal } from '../principal.ts'
import { createPerson } from './create-person.ts'
import type { LinkKind } from './link-store.ts'
import type { LogInGuard } from './log-in-guard.ts'
import { asNewcomer } from './newcomer.ts'
import { type AuthenticationResponseJSON, askingOptions, decoyCredential, usedPasskey } from './passkeys.ts'
import type { PeopleParts } from './people-parts.ts'
import type { PersonRecord } from './person-store.ts'
import { isRecoveryCode, isTotpCode, type SecondFactor, secondFactorsOf } from './second-factors.ts'
import { digestOfToken, type LogInFacts, type OpenSession } from './session-service.ts'
import { textOf } from './ticket.ts'
import { type Site, sourceOf, type Visitor } from './visitor.ts'

export interface LogInServiceOptions extends PeopleParts {
  readonly guard: LogInGuard
}

/** Somebody is in. */
export interface CameIn {
  readonly state: 'done'
  readonly person: PersonRecord
  readonly opened: OpenSession
  /** For the device's cookie: from here they are known. */
  readonly device: string
}

export type LogInOutcome =
  | CameIn
  | { readonly state: 'second_factor'; readonly ticket: string; readonly methods: readonly SecondFactor[] }

export interface WantedByLink {
  readonly token: string
  /** Of the first operator; of `reset` it is known. */
  readonly email?: string
  readonly name?: string
  /** Absent: a passkey is added next. */
  readonly password?: string
}

/**
 * Throws `GatewayError`: `invalid_api_key` (401) for whatever is wrong, `rate_limit_exceeded`, `permission_denied` for
 * somebody who is suspended and has shown who they are, `service_unavailable`.
 */
export interface LogInService {
  withPassword(email: string, password: string, visitor: Visitor): Promise<LogInOutcome>
  /** The second step. */
  withCode(kind: 'totp' | 'recovery_code', code: string, visitor: Visitor): Promise<CameIn>
  /** @param email null = whichever passkey the browser offers; after a password, that person's */
  askForPasskey(email: string | null, site: Site, visitor: Visitor): Promise<{ options: object; ticket: string }>
  withPasskey(response: AuthenticationResponseJSON, site: Site, visitor: Visitor): Promise<CameIn>
  /** What a link is for. @throws {GatewayError} `not_found` */
  lookAtLink(
    token: string,
  ): Promise<{ readonly kind: LinkKind; readonly email: string | null; readonly expiresAtMs: number }>
  withLink(wanted: WantedByLink, visitor: Visitor): Promise<LogInOutcome>
  /** For whoever has shown by other means who they are; checks that they may come in at all. */
  admit(stores: IdentityStores, person: PersonRecord, facts: LogInFacts, visitor: Visitor): Promise<OpenSession>
  /** The browser is known from now on. @returns text for its cookie */
  rememberDevice(personId: string, visitor: Visitor): Promise<string>
}

export function createLogInService(options: LogInServiceOptions): LogInService {
  return new LogIns(options)
}

class LogIns implements LogInService {
  readonly #options: LogInServiceOptions

  constructor(options: LogInServiceOptions) {
    this.#options = options
  }

  withPassword(email: string, password: string, visitor: Visitor): Promise<LogInOutcome> {
    return this.#atTheDoor(visitor, () => this.#withPassword(email, password, visitor))
  }

  withCode(kind: 'totp' | 'recovery_code', code: string, visitor: Visitor): Promise<CameIn> {
    return this.#atTheDoor(visitor, () => this.#withCode(kind, code, visitor))
  }

  withPasskey(response: AuthenticationResponseJSON, site: Site, visitor: Visitor): Promise<CameIn> {
    return this.#atTheDoor(visitor, () => this.#withPasskey(response, site, visitor))
  }

  withLink(wanted: WantedByLink, visitor: Visitor): Promise<LogInOutcome> {
    return this.#atTheDoor(visitor, () => this.#withLink(wanted, visitor))
  }

  #atTheDoor<T>(visitor: Visitor, work: () => Promise<T>): Promise<T> {
    return this.#options.guard.atTheDoor(sourceOf(visitor), work)
  }

  async #withPassword(email: string, password: string, visitor: Visitor): Promise<LogInOutcome> {
    const { database, settings, guard, passwords } = this.#options
    if (!settings().password) {
      throw new GatewayError('permission_denied', 'Passwords are not taken here. Use a passkey, or your issuer.')
    }
    const address = email.trim().toLowerCase()
    const person = await database.persons.findByEmail(address)
    const attempt = await guard.enter(`log-in ${address}`, person?.personId ?? null, sourceOf(visitor))
    // Asked for nobody as well: the same questions, whoever is meant.
    const stored = await database.factors.password(person?.personId ?? 'per_')
    const isRight = await passwords.verify(password, stored, attempt.known).catch(async (error: unknown) => {
      await attempt.wasNone()
      throw error
    })
    if (!isRight || person === undefined || stored === undefined) {
      if (person !== undefined) await this.#note('person.log_in_failed', person, visitor.origin, { method: 'password' })
      throw wrong('The mail address or the password is not right.')
    }
    await attempt.wasRight()
    if (passwords.isOutdated(stored)) {
      await database.factors.setPassword(person.personId, await passwords.hash(password), this.#options.now())
    }
    const methods = await secondFactorsOf(database.factors, person.personId)
    if (methods.length > 0) {
      mustBeActive(person)
      return { state: 'second_factor', ticket: this.#secondStep(person, 'password'), methods }
    }
    return await this.#letIn(person, { method: 'password', twoFactors: false, proved: true }, visitor)
  }

  async #withCode(kind: 'totp' | 'recovery_code', code: string, visitor: Visitor): Promise<CameIn> {
    const { database, guard, tickets, codeKeys, now } = this.#options
    const ticket = tickets.read('second-factor', visitor.ticket)
    if (ticket === null) throw wrong('This log-in has expired, or was finished before. Begin again.')
    const personId = textOf(ticket, 'personId')
    const attempt = await guard.enter(`code ${personId}`, personId, sourceOf(visitor))
    const isRight =
      kind === 'totp'
        ? await isTotpCode(database.factors, personId, code, codeKeys, now())
        : await isRecoveryCode(database.factors, personId, code, codeKeys, now())
    const person = await database.persons.find(personId)
    if (!isRight || person === undefined) {
      if (person !== undefined) await this.#note('person.log_in_failed', person, visitor.origin, { method: kind })
      throw wrong('The code is not right, or was used before.')
    }
    await tickets.redeem('second-factor', visitor.ticket, database.tickets)
    await attempt.wasRight()
    if (kind === 'recovery_code') await this.#note('recovery_code.use', person, visitor.origin, {})
    const method = textOf(ticket, 'method') === 'link' ? 'link' : 'password'
    return await this.#letIn(person, { method, twoFactors: true, proved: true }, visitor)
  }

  async askForPasskey(
    email: string | null,
    site: Site,
    visitor: Visitor,
  ): Promise<{ options: object; ticket: string }> {
    const { database, tickets, codeKeys } = this.#options
    const second = tickets.read('second-factor', visitor.ticket)
    const address = email?.trim().toLowerCase() ?? null
    const person =
      second !== null
        ? await database.persons.find(textOf(second, 'personId'))
        : address === null
          ? undefined
          : await database.persons.findByEmail(address)
    const own = address === null && second === null ? [] : await database.factors.passkeysOf(person?.personId ?? 'per_')
    const allowed = own.map(({ credentialId, transports }) => ({ id: credentialId, transports }))
    if (allowed.length === 0 && address !== null) allowed.push(decoyCredential(address, codeKeys.recovery))
    const made = await askingOptions(allowed, site)
    const personId = second === null ? '' : textOf(second, 'personId')
    return { options: made, ticket: tickets.issue('passkey-log-in', { challenge: made.challenge, personId }) }
  }

  async #withPasskey(response: AuthenticationResponseJSON, site: Site, visitor: Visitor): Promise<CameIn> {
    const { database, tickets, now } = this.#options
    const ticket = await tickets.redeem('passkey-log-in', visitor.ticket, database.tickets)
    const passkey = await usedPasskey(response, textOf(ticket, 'challenge'), site, database.factors, now())
    const meant = textOf(ticket, 'personId')
    const person = passkey === undefined ? undefined : await database.persons.find(passkey.personId)
    if (person === undefined || (meant !== '' && meant !== person.personId))
      throw wrong('This passkey is not known here.')
    return await this.#letIn(person, { method: 'passkey', twoFactors: true, proved: true }, visitor)
  }

  async lookAtLink(token: string) {
    const { database, now } = this.#options
    const digest = digestOfToken(token)
    for (const kind of ['set_up', 'reset', 'confirm'] as const) {
      const link = await database.links.find(kind, digest, now())
      if (link === undefined) continue
      const person = link.personId === null ? undefined : await database.persons.find(link.personId)
      return { kind, email: person?.email ?? null, expiresAtMs: link.expiresAtMs }
    }
    throw noLink()
  }

  async #withLink(wanted: WantedByLink, visitor: Visitor): Promise<LogInOutcome> {
    const { database, settings, passwords, now } = this.#options
    const digest = digestOfToken(wanted.token)
    const isSetUp = (await database.links.find('set_up', digest, now())) !== undefined
    // Looked at before anything dear is done for it: garbage costs two questions to the database.
    if (!isSetUp && (await database.links.find('reset', digest, now())) === undefined) throw noLink()
    if (wanted.password !== undefined && !settings().password) {
      throw new GatewayError('permission_denied', 'Passwords are not taken here. Leave it out, and add a passkey next.')
    }
    const hash = wanted.password === undefined ? null : await passwords.hash(wanted.password)
    const person = await database.transaction(async (stores) => {
      const found = isSetUp
        ? await this.#firstOperator(stores, digest, wanted, visitor)
        : await this.#reset(stores, digest)
      await writeAudit(stores.audit, asNewcomer(found), visitor.origin, now(), {
        action: 'link.use',
        objectId: found.personId,
        accountId: '',
        before: null,
        after: { kind: isSetUp ? 'set_up' : 'reset', password: hash !== null },
      })
      if (hash !== null) {
        await stores.factors.setPassword(found.personId, hash, now())
        await writeAudit(stores.audit, asNewcomer(found), visitor.origin, now(), {
          action: 'password.set',
          objectId: found.personId,
          accountId: '',
          before: null,
          after: {},
        })
      }
      await this.#options.sessions.endAllOf(found.personId, null, stores)
      return found
    })
    await this.#options.sessions.told(person.personId)
    const methods = await secondFactorsOf(database.factors, person.personId)
    // The link is no way round what the person has beside a password.
    if (methods.length > 0) return { state: 'second_factor', ticket: this.#secondStep(person, 'link'), methods }
    return await this.#letIn(person, { method: 'link', twoFactors: false, proved: true }, visitor)
  }

  async admit(stores: IdentityStores, person: PersonRecord, facts: LogInFacts, visitor: Visitor): Promise<OpenSession> {
    const { sessions, now } = this.#options
    await stores.persons.lock(person.personId)
    const current = await stores.persons.find(person.personId)
    if (current === undefined) throw wrong('There is nobody of this name any more.')
    mustBeActive(current)
    const opened = await sessions.begin(stores, current, facts, visitor.origin, visitor.session)
    const { sessionId, method, issuer, twoFactors } = opened.session
    const actor = { ...asNewcomer(current), keyId: sessionId }
    await writeAudit(stores.audit, actor, visitor.origin, now(), {
      action: 'person.log_in',
      objectId: current.personId,
      accountId: '',
      before: null,
      after: { session: sessionId, method, twoFactors, ...(issuer === '' ? {} : { issuer }) },
    })
    return opened
  }

  async rememberDevice(personId: string, visitor: Visitor): Promise<string> {
    return await this.#options.guard.remember(personId, sourceOf(visitor))
  }

  #secondStep({ personId }: PersonRecord, method: 'password' | 'link'): string {
    return this.#options.tickets.issue('second-factor', { personId, method })
  }

  async #letIn(person: PersonRecord, facts: LogInFacts, visitor: Visitor): Promise<CameIn> {
    const opened = await this.#options.database.transaction((stores) => this.admit(stores, person, facts, visitor))
    return { state: 'done', person, opened, device: await this.rememberDevice(person.personId, visitor) }
  }

  async #firstOperator(
    stores: IdentityStores,
    digest: string,
    { email, name }: WantedByLink,
    visitor: Visitor,
  ): Promise<PersonRecord> {
    const nowMs = this.#options.now()
    if (email === undefined) throw new GatewayError('invalid_request', 'email is missing.', { param: 'email' })
    if ((await stores.links.use('set_up', digest, nowMs)) === undefined) throw noLink()
    const known = await stores.persons.findByEmail(email.trim().toLowerCase())
    if (known !== undefined) {
      throw new GatewayError('conflict', 'There is somebody with this address. Use: fairlead admin make-operator', {
        param: 'email',
      })
    }
    const wanted = { email, verified: true, operator: true, ...(name === undefined ? {} : { name }) }
    const person = await createPerson(stores, wanted, nowMs)
    await writeAudit(stores.audit, asNewcomer(person), visitor.origin, nowMs, {
      action: 'person.create',
      objectId: person.personId,
      accountId: '',
      before: null,
      after: { ...person },
    })
    return person
  }

  async #reset(stores: IdentityStores, digest: string): Promise<PersonRecord> {
    const link = await stores.links.use('reset', digest, this.#options.now())
    const person = link?.personId == null ? undefined : await stores.persons.find(link.personId)
    if (person === undefined) throw noLink()
    mustBeActive(person)
    return person
  }

  async #note(
    action: AuditAction,
    { personId }: PersonRecord,
    origin: Origin,
    after: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { database, now } = this.#options
    const entry = { action, objectId: personId, accountId: '', before: null, after }
    await writeAudit(database.audit, NOBODY, origin, now(), entry)
  }
}

/** Who it was is not known: that is what was tried to show. */
const NOBODY: Principal = Object.freeze({ ...OPERATOR, keyId: '', accountId: '', operator: false, scopes: [] })

function mustBeActive({ status }: PersonRecord): void {
  if (status === 'active') return
  throw new GatewayError('permission_denied', 'Your access is suspended. Ask the operator of this gateway.')
}

function wrong(message: string): GatewayError {
  return new GatewayError('invalid_api_key', message)
}

function noLink(): GatewayError {
  return new GatewayError('not_found', 'This link is unknown, used, or past its end. Ask for another one.')
}
