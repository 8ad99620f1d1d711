// Coming in for the first time: by oneself, where sign-up is open, or by an invitation.
//
//   sign-up   mail address -> a mail with a link -> confirm: how to log in is chosen only then, by whoever reads the mailbox
//   join      the link of an invitation -> a person and a place in the account at once
//
// A stranger learns from no answer, and not from how long it takes, whether an address is known here.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import type { ChangePublisher } from '../change.ts'
import { checkedName } from '../checks.ts'
import type { IdentityDatabase, IdentityStores } from '../identity-database.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import { OPERATOR, type Principal } from '../principal.ts'
import { createPerson } from './create-person.ts'
import type { InvitationService } from './invitation-service.ts'
import type { LinkService } from './link-service.ts'
import { checkedEmail } from './mail-address.ts'
import type { MailGuard } from './mail-guard.ts'
import { confirmMail, forgotMail, knownAlreadyMail } from './mail-texts.ts'
import { asNewcomer, startAfresh } from './newcomer.ts'
import { makeOwnAccount } from './own-account.ts'
import type { CameIn, LogInService } from './log-in-service.ts'
import type { PasswordService } from './password-service.ts'
import type { PeopleConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'
import type { PostMail } from './post-mail.ts'
import { digestOfToken, type OpenSession, type SessionService } from './session-service.ts'
import type { Visitor } from './visitor.ts'

const CONFIRM_MS = 24 * 3_600_000
const RESET_MS = 3_600_000
/** Known or not, an answer takes this long: what is done for it takes less. */
const ANSWER_MS = 150

export interface SignUpServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly settings: () => PeopleConfig
  readonly changes?: ChangePublisher
  readonly sessions: Pick<SessionService, 'told'>
  readonly logIn: Pick<LogInService, 'admit' | 'rememberDevice'>
  readonly passwords: Pick<PasswordService, 'hash'>
  readonly links: LinkService
  readonly invitations: InvitationService
  readonly mail: PostMail
  readonly guard: MailGuard
}

/** How somebody new wants to be called, and to log in. */
export interface Newcomer {
  readonly token: string
  /** Absent = the part of the address before the @. */
  readonly name?: string
  /** Absent = a passkey, or an issuer, is added next. */
  readonly password?: string
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`, `rate_limit_exceeded`. */
export interface SignUpService {
  /** The same for every address; a mail says the rest. `permission_denied` where sign-up is not open. */
  signUp(wanted: { readonly email: string; readonly name?: string }, origin?: Origin): Promise<void>
  /** A link to choose a password anew, by mail, to whom it helps. The same answer for every address. */
  forgot(email: string, origin?: Origin): Promise<void>
  /** They choose how to log in, and are in. Whoever came into no account by this gets one of their own. */
  confirm(newcomer: Newcomer, visitor: Visitor): Promise<CameIn>
  /** `conflict` for somebody who is known: they log in, and accept then. `email`: where the invitation names none. */
  join(newcomer: Newcomer & { readonly email?: string }, visitor: Visitor): Promise<CameIn>
}

export function createSignUpService(options: SignUpServiceOptions): SignUpService {
  const { database, now, settings, changes, sessions, logIn, passwords, links, invitations, mail, guard } = options

  const inviteToConfirm = async (email: string, wanted: { readonly name?: string }, origin: Origin): Promise<void> => {
    const made = await database.transaction(async (stores) => {
      const known = await stores.persons.findByEmail(email)
      if (known !== undefined && !(await mayComeIn(stores, known))) return null
      const name = wanted.name ?? known?.name ?? nameOf(email)
      const person = known ?? (await createPerson(stores, { email, name, verified: false, operator: false }, now()))
      const link = await links.make(stores, 'confirm', person.personId, CONFIRM_MS)
      await writeAudit(stores.audit, asNewcomer(person), origin, now(), {
        action: 'person.sign_up',
        objectId: person.personId,
        accountId: '',
        before: null,
        after: { email, name },
      })
      return link
    })
    mail.post((brand) =>
      made === null
        ? knownAlreadyMail({ brand, to: email, url: mail.url('log-in') })
        : confirmMail({
            brand,
            to: email,
            url: mail.url('confirm', made.token),
            expiresAtMs: made.record.expiresAtMs,
          }),
    )
  }

  const sendReset = async (email: string, origin: Origin): Promise<void> => {
    const link = await database.transaction(async (stores) => {
      const known = await stores.persons.findByEmail(email)
      if (known === undefined || !mayReset(known)) return null
      const made = await links.make(stores, 'reset', known.personId, RESET_MS)
      await writeAudit(stores.audit, STRANGER, origin, now(), {
        action: 'link.make',
        objectId: known.personId,
        accountId: '',
        before: null,
        after: { kind: 'reset', expiresAtMs: made.record.expiresAtMs, asked: 'by mail address' },
      })
      return made
    })
    if (link === null) return
    const { url, record } = link
    mail.post((brand) => forgotMail({ brand, to: email, url, expiresAtMs: record.expiresAtMs }))
  }

  /** The end of both ways: a factor, and a session. */
  const letIn = async (
    stores: IdentityStores,
    person: PersonRecord,
    hash: string | null,
    visitor: Visitor,
  ): Promise<OpenSession> => {
    if (hash !== null) await stores.factors.setPassword(person.personId, hash, now())
    const method = hash === null ? 'link' : 'password'
    return await logIn.admit(stores, person, { method, twoFactors: false, proved: true }, visitor)
  }

  const cameIn = async (
    arrived: { readonly person: PersonRecord; readonly opened: OpenSession },
    visitor: Visitor,
  ): Promise<CameIn> => {
    await sessions.told(arrived.person.personId)
    return { state: 'done', ...arrived, device: await logIn.rememberDevice(arrived.person.personId, visitor) }
  }

  const mustBeTaken = (): void => {
    if (settings().signUp === 'off') throw closed('Nobody new is taken here at present. Ask the operator.')
  }

  const hashOf = async (password: string | undefined): Promise<string | null> => {
    if (password === undefined) return null
    if (!settings().password) throw closed('Passwords are not taken here. Leave it out, and add a passkey next.')
    return await passwords.hash(password)
  }

  return {
    async signUp(wanted, origin = NO_ORIGIN) {
      if (settings().signUp !== 'open') {
        throw closed('Sign-up is by invitation here. Ask somebody who is in, or the operator.')
      }
      const email = checkedEmail(wanted.email)
      const name = wanted.name === undefined ? {} : { name: checkedName(wanted.name) }
      await guard.mustNotFlood(email, origin.address)
      await Promise.all([inviteToConfirm(email, name, origin), elapsed(ANSWER_MS)])
    },

    async forgot(given, origin = NO_ORIGIN) {
      const email = checkedEmail(given)
      await guard.mustNotFlood(email, origin.address)
      await Promise.all([sendReset(email, origin), elapsed(ANSWER_MS)])
    },

    async confirm(newcomer, visitor) {
      mustBeTaken()
      const { origin } = visitor
      const digest = digestOfToken(newcomer.token)
      // Looked at before anything dear is done for it: garbage costs one question to the database.
      if ((await database.links.find('confirm', digest, now())) === undefined) throw noLink()
      const hash = await hashOf(newcomer.password)
      const nowMs = now()
      const arrived = await database.transaction(async (stores) => {
        const link = await stores.links.use('confirm', digest, nowMs)
        const known = link?.personId == null ? undefined : await stores.persons.find(link.personId)
        // Somebody may have become an operator since the mail went out.
        if (known === undefined || known.operator || known.status !== 'active') throw noLink()
        const changed = {
          emailVerifiedAtMs: nowMs,
          name: newcomer.name === undefined ? known.name : checkedName(newcomer.name),
          updatedAtMs: nowMs,
        }
        const person = { ...known, ...changed }
        await startAfresh(stores, person)
        await stores.persons.update(person.personId, changed)
        await stores.members.claim(person.email, person.personId)
        const principal = asNewcomer(person)
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'person.update',
          objectId: person.personId,
          accountId: '',
          before: { ...known },
          after: { ...person },
        })
        if ((await stores.members.listOfPerson(person.personId)).length === 0) {
          await makeOwnAccount(stores, person, { name: person.name, kind: 'person' }, { principal, origin, nowMs })
        }
        return { person, opened: await letIn(stores, person, hash, visitor) }
      })
      return await cameIn(arrived, visitor)
    },

    async join(newcomer, visitor) {
      mustBeTaken()
      const { origin } = visitor
      const { invitation } = await invitations.look(newcomer.token)
      const email = invitation.email ?? checkedEmail(newcomer.email ?? '')
      await guard.mustNotFlood(email, origin.address)
      const hash = await hashOf(newcomer.password)
      const arrived = await database.transaction(async (stores) => {
        const known = await stores.persons.findByEmail(email)
        const isTheirs = invitation.email !== null
        if (known !== undefined && !(isTheirs && (await mayComeIn(stores, known)))) throw isKnown()
        if (known !== undefined) await startAfresh(stores, known)
        const name = newcomer.name === undefined ? nameOf(email) : checkedName(newcomer.name)
        const person =
          known === undefined
            ? await createPerson(stores, { email, name, verified: isTheirs, operator: false }, now())
            : { ...known, name, emailVerifiedAtMs: now(), updatedAtMs: now() }
        if (known !== undefined) await stores.persons.update(person.personId, person)
        const principal = asNewcomer(person)
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'person.create',
          objectId: person.personId,
          accountId: invitation.accountId,
          before: known === undefined ? null : { ...known },
          after: { ...person },
        })
        await invitations.acceptAs(stores, person, invitation, { principal, origin, isNewcomer: true })
        return { person, opened: await letIn(stores, person, hash, visitor) }
      })
      await changes?.publish({ kind: 'account', accountId: invitation.accountId })
      return await cameIn(arrived, visitor)
    },
  }
}

/** Whoever reads the mailbox may: nobody has shown yet that it is theirs, or somebody did and has no way in left. */
async function mayComeIn(
  { factors }: Pick<IdentityStores, 'factors'>,
  { personId, emailVerifiedAtMs, operator, status }: PersonRecord,
): Promise<boolean> {
  // Operators come back by `fairlead admin link` alone: no mailbox is worth the whole gateway.
  if (operator || status !== 'active') return false
  if (emailVerifiedAtMs === null) return true
  const { password, passkeys, identities } = await factors.summary(personId)
  return !password && passkeys === 0 && identities === 0
}

/** To operators a mailbox opens nothing, and to whom an address does not belong for sure neither. */
function mayReset({ emailVerifiedAtMs, operator, status }: PersonRecord): boolean {
  return emailVerifiedAtMs !== null && !operator && status === 'active'
}

/** Who asks is not known: anybody can. */
const STRANGER: Principal = Object.freeze({ ...OPERATOR, keyId: '', accountId: '', operator: false, scopes: [] })

function nameOf(email: string): string {
  return email.split('@')[0] ?? email
}

function closed(message: string): GatewayError {
  return new GatewayError('permission_denied', message)
}

function noLink(): GatewayError {
  return new GatewayError('not_found', 'This link is unknown, used, or past its end. Sign up again for another one.')
}

function isKnown(): GatewayError {
  return new GatewayError('conflict', 'Somebody with this mail address is known here. Log in, then accept.', {
    param: 'email',
  })
}

async function elapsed(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
