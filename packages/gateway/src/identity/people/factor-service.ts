// What a person changes about how they prove who they are. The door has asked for a fresh factor before any of this
// (`stepUp` of the routes); here is what it cannot see: that a way in remains, and that whoever learned the old secret is
// out. Every change ends the person's other sessions: one of them may be why it is made.
import { randomBytes } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { writeAudit, type AuditedChange } from '../audit-log.ts'
import { checkedName } from '../checks.ts'
import type { IdentityStores } from '../identity-database.ts'
import type { Origin } from '../origin.ts'
import type { PersonAct, Principal } from '../principal.ts'
import type { FactorSummary, IdentityRecord, PasskeyRecord } from './factor-store.ts'
import { addedPasskey, addingOptions, type RegistrationResponseJSON } from './passkeys.ts'
import type { PeopleParts } from './people-parts.ts'
import { makeRecoveryCodes, recoveryCodeDigest } from './recovery-codes.ts'
import { sealSecret } from './seal-secret.ts'
import { isTotpCode } from './second-factors.ts'
import type { OpenSession, SessionService } from './session-service.ts'
import { textOf } from './ticket.ts'
import { base32, totpUrl } from './totp.ts'
import type { Site } from './visitor.ts'

const MOST_PASSKEYS = 20
/** RFC 4226 asks for 128 bits and recommends 160. */
const TOTP_SECRET_BYTES = 20

export interface FactorServiceOptions extends PeopleParts {
  readonly brand: () => string
}

/** The session under its new text, where the caller has one: their rights have changed. */
export interface Changed<Result> {
  readonly result: Result
  readonly opened: OpenSession | null
}

export interface TotpSetUp {
  /** Base32, to be typed. */
  readonly secret: string
  /** To be shown as a picture. */
  readonly url: string
}

/** Throws `GatewayError`: `invalid_request`, `conflict`, `not_found`, `permission_denied`. */
export interface FactorService {
  summary(principal: Principal): Promise<FactorSummary>
  setPassword(principal: Principal, password: string, origin: Origin): Promise<Changed<null>>
  removePassword(principal: Principal, origin: Origin): Promise<Changed<null>>

  passkeys(principal: Principal): Promise<readonly PasskeyRecord[]>
  /** The first step: what the browser is asked, and the ticket that must come back. */
  beginPasskey(principal: Principal, site: Site): Promise<{ options: object; ticket: string }>
  addPasskey(
    principal: Principal,
    wanted: { readonly response: RegistrationResponseJSON; readonly name?: string },
    ticket: string | null,
    site: Site,
    origin: Origin,
  ): Promise<Changed<PasskeyRecord>>
  renamePasskey(principal: Principal, passkeyId: string, name: string, origin: Origin): Promise<PasskeyRecord>
  removePasskey(principal: Principal, passkeyId: string, origin: Origin): Promise<Changed<PasskeyRecord>>

  /** A secret that counts for nothing until a code of it was shown. `conflict` where one is in use. */
  beginTotp(principal: Principal): Promise<TotpSetUp>
  /** Resolves with recovery codes where there are none yet; they are shown this once. */
  confirmTotp(principal: Principal, code: string, origin: Origin): Promise<Changed<readonly string[]>>
  removeTotp(principal: Principal, origin: Origin): Promise<Changed<null>>

  /** Those before are worth nothing from then on. Shown this once. */
  makeRecoveryCodes(principal: Principal, origin: Origin): Promise<readonly string[]>

  identities(principal: Principal): Promise<readonly IdentityRecord[]>
  removeIdentity(principal: Principal, identityId: string, origin: Origin): Promise<Changed<IdentityRecord>>
}

export function createFactorService(options: FactorServiceOptions): FactorService {
  const { database, now, settings, sessions, passwords, tickets, codeKeys, brand } = options

  /** One change to a person's factors, alone with them; afterwards only the session that made it is left. */
  const change = async <Result>(
    principal: Principal,
    origin: Origin,
    work: (stores: IdentityStores, personId: string, log: (entry: Entry) => Promise<void>) => Promise<Result>,
    twoFactors = false,
  ): Promise<Changed<Result>> => {
    const { personId } = personOf(principal)
    const result = await database.transaction(async (stores) => {
      await stores.persons.lock(personId)
      const log = async (entry: Entry): Promise<void> => {
        await writeAudit(stores.audit, principal, origin, now(), { objectId: personId, accountId: '', ...entry })
      }
      const done = await work(stores, personId, log)
      await sessions.endAllOf(personId, principal.keyId, stores)
      return done
    })
    const session = await database.sessions.find(principal.keyId)
    const opened = session === undefined ? null : await renewed(session)
    await sessions.told(personId)
    return { result, opened }

    async function renewed(session: Parameters<SessionService['rotate']>[0]): Promise<OpenSession | null> {
      // Whoever has just made a second factor has shown it.
      return twoFactors ? await sessions.proved(session, true) : await sessions.rotate(session)
    }
  }

  const mustKeepAWayIn = async (stores: IdentityStores, person: PersonAct): Promise<void> => {
    const { password, passkeys, totp, identities } = await stores.factors.summary(person.personId)
    if (!(password && settings().password) && passkeys === 0 && identities === 0) {
      throw new GatewayError('conflict', 'This is your only way in. Add another one first.')
    }
    const rule = settings().requireSecondFactor
    if (rule === 'off' || (rule === 'operators' && !person.isOperator) || passkeys > 0 || totp) return
    if (identities > 0 && !password) return
    throw new GatewayError(
      'conflict',
      'A second factor is asked of you here, and this is the last. Add another one first.',
    )
  }

  const newCodes = async (stores: IdentityStores, personId: string): Promise<readonly string[]> => {
    const codes = makeRecoveryCodes()
    const digests = codes.map((code) => recoveryCodeDigest(code, personId, codeKeys.recovery))
    await stores.factors.setRecoveryCodes(personId, digests, now())
    return codes
  }

  return {
    summary: async (principal) => await database.factors.summary(personOf(principal).personId),

    async setPassword(principal, password, origin) {
      if (!settings().password) throw new GatewayError('permission_denied', 'Passwords are not taken here.')
      const hash = await passwords.hash(password)
      return await change(principal, origin, async (stores, personId, log) => {
        await stores.factors.setPassword(personId, hash, now())
        // Whoever had the old one had no right to stay known.
        await stores.devices.forgetAll(personId)
        await log({ action: 'password.set', before: null, after: {} })
        return null
      })
    },

    removePassword: (principal, origin) =>
      change(principal, origin, async (stores, personId, log) => {
        await stores.factors.removePassword(personId)
        await mustKeepAWayIn(stores, personOf(principal))
        await log({ action: 'password.remove', before: {}, after: null })
        return null
      }),

    passkeys: async (principal) => await database.factors.passkeysOf(personOf(principal).personId),

    async beginPasskey(principal, site) {
      const person = personOf(principal)
      const existing = await database.factors.passkeysOf(person.personId)
      if (existing.length >= MOST_PASSKEYS) {
        throw new GatewayError('conflict', `You have ${MOST_PASSKEYS} passkeys. Remove one that you do not use.`)
      }
      const made = await addingOptions(person, existing, site, brand())
      const data = { challenge: made.challenge, personId: person.personId }
      return { options: made, ticket: tickets.issue('passkey-add', data) }
    },

    async addPasskey(principal, { response, name }, ticketText, site, origin) {
      const { personId: own } = personOf(principal)
      const ticket = await tickets.redeem('passkey-add', ticketText, database.tickets)
      // Somebody else logged in with this browser meanwhile.
      if (textOf(ticket, 'personId') !== own)
        throw new GatewayError('conflict', 'Begin again: this was begun by another.')
      const made = { personId: own, name: checkedName(name ?? 'Passkey'), nowMs: now() }
      const record = await addedPasskey(response, textOf(ticket, 'challenge'), site, made)
      const add = async (
        stores: IdentityStores,
        _personId: string,
        log: (entry: Entry) => Promise<void>,
      ): Promise<PasskeyRecord> => {
        if ((await stores.factors.findPasskey(record.credentialId)) !== undefined) {
          throw new GatewayError('conflict', 'This passkey is known here already.')
        }
        await stores.factors.insertPasskey(record)
        await log({ action: 'passkey.add', objectId: record.passkeyId, before: null, after: factsOf(record) })
        return record
      }
      return await change(principal, origin, add, true)
    },

    async renamePasskey(principal, passkeyId, name, origin) {
      const { personId } = personOf(principal)
      return await database.transaction(async (stores) => {
        const before = await ownPasskey(stores, personId, passkeyId)
        const after = { ...before, name: checkedName(name) }
        await stores.factors.renamePasskey(passkeyId, after.name)
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'passkey.update',
          objectId: passkeyId,
          accountId: '',
          before: factsOf(before),
          after: factsOf(after),
        })
        return after
      })
    },

    removePasskey: (principal, passkeyId, origin) =>
      change(principal, origin, async (stores, personId, log) => {
        const before = await ownPasskey(stores, personId, passkeyId)
        await stores.factors.removePasskey(personId, passkeyId)
        await mustKeepAWayIn(stores, personOf(principal))
        await log({ action: 'passkey.remove', objectId: passkeyId, before: factsOf(before), after: null })
        return before
      }),

    async beginTotp(principal) {
      const { personId, email } = personOf(principal)
      const secret = randomBytes(TOTP_SECRET_BYTES)
      await database.transaction(async (stores) => {
        await stores.persons.lock(personId)
        // In place of one that is in use, a wrong code would lock its person out.
        if ((await stores.factors.totp(personId))?.confirmedAtMs != null) {
          throw new GatewayError('conflict', 'You have an authenticator app already. Remove it first.')
        }
        await stores.factors.setTotp({
          personId,
          sealed: sealSecret(secret, personId, codeKeys.totp),
          confirmedAtMs: null,
          lastStep: 0,
          createdAtMs: now(),
        })
      })
      return { secret: base32(secret), url: totpUrl(secret, brand(), email) }
    },

    confirmTotp: (principal, code, origin) =>
      change(
        principal,
        origin,
        async (stores, personId, log) => {
          const before = await stores.factors.totp(personId)
          if (before === undefined) throw new GatewayError('not_found', 'There is nothing to confirm. Begin again.')
          if (before.confirmedAtMs !== null) throw new GatewayError('conflict', 'It is confirmed already.')
          if (!(await isTotpCode(stores.factors, personId, code, codeKeys, now(), true))) {
            throw new GatewayError('invalid_request', 'code is not right. Look at the clock of the device, too.', {
              param: 'code',
            })
          }
          await log({ action: 'totp.add', before: null, after: {} })
          if ((await stores.factors.summary(personId)).recoveryCodes > 0) return []
          const codes = await newCodes(stores, personId)
          await log({ action: 'recovery_codes.make', before: null, after: { codes: codes.length } })
          return codes
        },
        true,
      ),

    removeTotp: (principal, origin) =>
      change(principal, origin, async (stores, personId, log) => {
        if ((await stores.factors.totp(personId)) === undefined) {
          throw new GatewayError('not_found', 'You have no authenticator app.')
        }
        await stores.factors.removeTotp(personId)
        await mustKeepAWayIn(stores, personOf(principal))
        await log({ action: 'totp.remove', before: {}, after: null })
        return null
      }),

    async makeRecoveryCodes(principal, origin) {
      const { personId } = personOf(principal)
      return await database.transaction(async (stores) => {
        await stores.persons.lock(personId)
        const codes = await newCodes(stores, personId)
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'recovery_codes.make',
          objectId: personId,
          accountId: '',
          before: null,
          after: { codes: codes.length },
        })
        return codes
      })
    },

    identities: async (principal) => await database.factors.identitiesOf(personOf(principal).personId),

    removeIdentity: (principal, identityId, origin) =>
      change(principal, origin, async (stores, personId, log) => {
        const before = (await stores.factors.identitiesOf(personId)).find((one) => one.identityId === identityId)
        if (before === undefined || !(await stores.factors.removeIdentity(personId, identityId))) {
          throw new GatewayError('not_found', `You are not connected as "${identityId.slice(0, 64)}".`)
        }
        await mustKeepAWayIn(stores, personOf(principal))
        await log({ action: 'identity.unlink', objectId: identityId, before: { ...before }, after: null })
        return before
      }),
  }
}

type Entry = Pick<AuditedChange, 'action' | 'before' | 'after'> & { readonly objectId?: string }

function personOf({ person }: Principal): PersonAct {
  if (person !== undefined) return person
  throw new GatewayError('permission_denied', 'This is for people. Log in first.')
}

async function ownPasskey({ factors }: IdentityStores, personId: string, passkeyId: string): Promise<PasskeyRecord> {
  const record = (await factors.passkeysOf(personId)).find((one) => one.passkeyId === passkeyId)
  if (record !== undefined) return record
  throw new GatewayError('not_found', `You have no passkey "${passkeyId.slice(0, 64)}".`)
}

function factsOf(record: PasskeyRecord): Readonly<Record<string, unknown>> {
  const { publicKey: _, counter: __, ...facts } = record
  return facts
}
