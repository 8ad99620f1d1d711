// The mails to people, word for word. Plain text: a link that can be read before it is followed. What somebody else chose
// (the name of a team, of a person) is quoted on one line, so that no mail can be made to say something of its own.
import type { Mail } from '../../billing/payments/outbound.ts'

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
