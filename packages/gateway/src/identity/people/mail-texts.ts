// The mails to people, word for word. Plain text: a link that can be read before it is followed. What somebody else chose
// (the name of a team, of a person) is quoted on one line, so that no mail can be made to say something of its own.
import type { Mail } from '../../billing/payments/outbound.ts'
import type { PlaceChange } from '../member-service.ts'

interface Facts {
  /** Name of the gateway. */
  readonly brand: string
  readonly to: string
}

export function invitationMail(
  facts: Facts & {
    readonly account: string
    readonly role: string
    /** Name or mail address; '' = the operator. */
    readonly from: string
    readonly url: string
    readonly expiresAtMs: number
  },
): Mail {
  const { account, role, from, url, expiresAtMs } = facts
  const who = from === '' ? 'The operator' : quoted(from)
  return mail(facts, `An invitation to ${quoted(account)}`, [
    `${who} invites you to ${quoted(account)}, with the role "${role}".`,
    `Accept or decline until ${day(expiresAtMs)}:`,
    url,
    'The link works once, and for this address alone. If you expected no invitation, do nothing.',
  ])
}

export function confirmMail(facts: Facts & { readonly url: string; readonly expiresAtMs: number }): Mail {
  return mail(facts, 'Confirm your mail address', [
    `Somebody, hopefully you, signed up with this mail address. Confirm it, and choose how you log in, until ${day(facts.expiresAtMs)}:`,
    facts.url,
    'The link works once. If it was not you, do nothing: nobody can log in with your address.',
  ])
}

/** To somebody who signed up a second time: nobody else learns that they are known. */
export function knownAlreadyMail(facts: Facts & { readonly url: string }): Mail {
  return mail(facts, 'You have been here before', [
    'Somebody, hopefully you, signed up with this mail address. It is known here already: log in as you did before.',
    facts.url,
    'If you cannot log in any more, ask the operator for a link that resets your access. If it was not you, do nothing.',
  ])
}

export function forgotMail(facts: Facts & { readonly url: string; readonly expiresAtMs: number }): Mail {
  return mail(facts, 'Choose a password anew', [
    `Somebody, hopefully you, asked for a link to log in again. Choose a password anew until ${day(facts.expiresAtMs)}:`,
    facts.url,
    'The link works once. If it was not you, do nothing: your password stays as it is.',
  ])
}

export function resetMail(facts: Facts & { readonly url: string; readonly expiresAtMs: number }): Mail {
  return mail(facts, 'A link to log in again', [
    `The operator made this link for you. With it, choose anew how you log in, until ${day(facts.expiresAtMs)}:`,
    facts.url,
    'The link works once. Whoever has it is you: pass it on to nobody.',
  ])
}

/** To the address that somebody wants to have from now on. */
export function newAddressMail(facts: Facts & { readonly url: string; readonly expiresAtMs: number }): Mail {
  return mail(facts, 'Confirm your new mail address', [
    `Somebody, hopefully you, wants to log in with this mail address from now on. Confirm it until ${day(facts.expiresAtMs)}, in a browser in which you are logged in:`,
    facts.url,
    'The link works once. If it was not you, do nothing: the link is worth nothing to anybody else.',
  ])
}

/** To an address that somebody else has here: nobody else learns that they are known. */
export function addressTakenMail(facts: Facts): Mail {
  return mail(facts, 'Somebody wants your mail address', [
    'Somebody asked to log in with this mail address from now on. It belongs to somebody here already, so nothing was changed.',
    'If that was you, you have been here under this address before: log in with it.',
  ])
}

/** To the address that they have had. */
export function addressNoticeMail(facts: Facts & { readonly next: string; readonly done: boolean }): Mail {
  const { done, next } = facts
  return mail(facts, done ? 'Your mail address was changed' : 'Your mail address is about to change', [
    done
      ? `You log in with ${quoted(next)} from now on; this address is not yours here any more.`
      : `Somebody who is logged in as you asked to log in with ${quoted(next)} from now on. Until that address is confirmed, nothing changes.`,
    done
      ? 'If it was not you, tell the operator of this gateway at once.'
      : 'If it was not you, change your password at once: that ends all other sessions.',
  ])
}

/** To whose place in an account was changed by somebody else. */
export function placeMail(facts: Facts & Omit<PlaceChange, 'email'> & { readonly url: string }): Mail {
  const account = quoted(facts.accountName)
  return mail(facts, `Your place in ${account}`, [
    placeText(account, facts),
    'Your sessions ended with it. Log in again:',
    facts.url,
    'If you wonder why, ask the owners of the account.',
  ])
}

function placeText(account: string, { before, after }: Pick<PlaceChange, 'before' | 'after'>): string {
  if (after === null) return `You have no place in ${account} any more.`
  if (after.status === 'suspended')
    return `Your place in ${account} is suspended: until it is restored, it opens nothing.`
  if (before.status === 'suspended') return `Your place in ${account} is open again, with the role "${after.role}".`
  return `In ${account} you have the role "${after.role}" from now on; before, it was "${before.role}".`
}

function mail({ brand, to }: Facts, subject: string, lines: readonly string[]): Mail {
  return { to, subject: `${oneLine(brand)}: ${subject}`, text: `${lines.join('\n\n')}\n\n${oneLine(brand)}\n` }
}

function quoted(text: string): string {
  return `"${oneLine(text).slice(0, 100)}"`
}

/** Neither line breaks nor marks of direction, and no address with a scheme. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll('://', ' ')
    .replaceAll('"', "'")
    .trim()
}

/** `2026-11-28 10:00 UTC`. */
function day(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
