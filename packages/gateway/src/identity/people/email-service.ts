// Another mail address for somebody who is logged in. The door has asked for a fresh factor before (`stepUp` of the route);
// what remains is to see that the new mailbox is theirs, and that whoever has the old one hears of it.
//
//   ask       a link to the new address, a notice to the old one; nothing changes, and no answer tells whether it is known here
//   confirm   by the same person, logged in: the link alone is worth nothing to whom it was not meant for
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import { invalid } from '../checks.ts'
import type { IdentityStores } from '../identity-database.ts'
import type { Origin } from '../origin.ts'
import type { Principal } from '../principal.ts'
import type { Changed } from './factor-service.ts'
import { checkedEmail } from './mail-address.ts'
import type { MailGuard } from './mail-guard.ts'
import { addressNoticeMail, addressTakenMail, newAddressMail } from './mail-texts.ts'
import type { PeopleParts } from './people-parts.ts'
import type { PersonRecord } from './person-store.ts'
import type { PostMail } from './post-mail.ts'
import { textOf } from './ticket.ts'

const KIND = 'email-change'

/** Throws `GatewayError`: `invalid_request`, `permission_denied` for who is no person. */
export interface EmailService {
  /** Their own address again, where it is not confirmed yet, is confirmed by it. `rate_limit_exceeded` */
  ask(principal: Principal, email: string, origin: Origin): Promise<void>
  /** `not_found` for a link that is no good to this person, `conflict` when the address is somebody else's by now. */
  confirm(principal: Principal, token: string, origin: Origin): Promise<Changed<PersonRecord>>
}

export interface EmailServiceOptions extends Pick<PeopleParts, 'database' | 'now' | 'sessions' | 'tickets'> {
  readonly guard: MailGuard
  readonly mail: PostMail
}

export function createEmailService({
  database,
  now,
  sessions,
  tickets,
  guard,
  mail,
}: EmailServiceOptions): EmailService {
  return {
    async ask(principal, wanted, origin) {
      const person = await personOf(database, principal)
      const email = checkedEmail(wanted)
      if (email === person.email && person.emailVerifiedAtMs !== null)
        throw invalid('email', 'is your address already.')
      await guard.mustNotFlood(email, origin.address)
      const isTaken = email !== person.email && (await database.persons.findByEmail(email)) !== undefined
      await database.transaction(async (stores) => {
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'email.ask',
          objectId: person.personId,
          accountId: '',
          before: { email: person.email },
          after: { email },
        })
      })
      const token = tickets.issue(KIND, { personId: person.personId, from: person.email, to: email })
      const expiresAtMs = tickets.read(KIND, token)?.expiresAtMs ?? now()
      mail.post((brand) =>
        isTaken
          ? addressTakenMail({ brand, to: email })
          : newAddressMail({ brand, to: email, url: mail.url('settings/profile', token), expiresAtMs }),
      )
      if (email !== person.email)
        mail.post((brand) => addressNoticeMail({ brand, to: person.email, next: email, done: false }))
    },

    async confirm(principal, token, origin) {
      const ticket = tickets.read(KIND, token)
      if (ticket === null) throw noLink()
      const email = textOf(ticket, 'to')
      const nowMs = now()
      const { before, after } = await database.transaction(async (stores) => {
        const { personId } = principal.person ?? { personId: '' }
        await stores.persons.lock(personId)
        const person = await personOf(stores, principal)
        // Another change may have come first, and whoever opens the link may be somebody else.
        if (textOf(ticket, 'personId') !== personId || textOf(ticket, 'from') !== person.email) throw noLink()
        await stores.tickets.prune(nowMs)
        if (!(await stores.tickets.spend(ticket.digest, ticket.expiresAtMs))) throw noLink()
        if (email !== person.email) await mustBeFree(stores, email, personId)
        const changed = { email, emailVerifiedAtMs: nowMs, updatedAtMs: nowMs }
        await stores.persons.update(personId, changed)
        for (const { memberId } of await stores.members.listOfPerson(personId))
          await stores.members.update(memberId, { email })
        await stores.members.claim(email, personId)
        // What lies in the old mailbox opens nothing any more.
        await stores.links.removeAllOf('reset', personId)
        await stores.links.removeAllOf('confirm', personId)
        await sessions.endAllOf(personId, principal.keyId, stores)
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'email.change',
          objectId: personId,
          accountId: '',
          before: { email: person.email, emailVerifiedAtMs: person.emailVerifiedAtMs },
          after: { email, emailVerifiedAtMs: nowMs },
        })
        return { before: person, after: { ...person, ...changed } }
      })
      const session = await database.sessions.find(principal.keyId)
      const opened = session === undefined ? null : await sessions.rotate(session)
      await sessions.told(after.personId)
      if (before.email !== email)
        mail.post((brand) => addressNoticeMail({ brand, to: before.email, next: email, done: true }))
      return { result: after, opened }
    },
  }
}

/** @throws {GatewayError} `conflict` */
async function mustBeFree(
  { persons, members }: Pick<IdentityStores, 'persons' | 'members'>,
  email: string,
  personId: string,
): Promise<void> {
  if ((await persons.findByEmail(email)) !== undefined)
    throw new GatewayError('conflict', 'Somebody else has this mail address here.', { param: 'email' })
  for (const { accountId } of await members.listOfPerson(personId)) {
    if ((await members.findByEmail(accountId, email)) === undefined) continue
    throw new GatewayError(
      'conflict',
      'One of your accounts has a place for this address already. Ask its admin to remove that place first.',
      { param: 'email' },
    )
  }
}

async function personOf({ persons }: Pick<IdentityStores, 'persons'>, { person }: Principal): Promise<PersonRecord> {
  const found = person === undefined ? undefined : await persons.find(person.personId)
  if (found === undefined) throw new GatewayError('permission_denied', 'This is for people. Log in first.')
  return found
}

function noLink(): GatewayError {
  return new GatewayError(
    'not_found',
    'This link is unknown, used, past its end, or meant for somebody else. Ask for another one.',
  )
}
