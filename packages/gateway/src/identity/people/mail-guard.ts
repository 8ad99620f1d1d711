// Nobody's mailbox is filled from here: mails that anybody can have sent to any address are counted, for the mailbox and for
// where they are asked for.
import { createHmac } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { networkOf } from './log-in-guard.ts'
import type { ThrottleRule, ThrottleStore } from './throttle-store.ts'

const PER_ADDRESS: ThrottleRule = {
  free: 20,
  firstWaitMs: 10_000,
  longestWaitMs: 3_600_000,
  forgetMs: 3_600_000,
}
const PER_MAILBOX: ThrottleRule = {
  free: 3,
  firstWaitMs: 60_000,
  longestWaitMs: 6 * 3_600_000,
  forgetMs: 24 * 3_600_000,
}

export interface MailGuard {
  /** @param address of the internet; '' = unknown. @throws {GatewayError} `rate_limit_exceeded` */
  mustNotFlood(email: string, address: string): Promise<void>
}

export function createMailGuard(options: {
  readonly database: { readonly throttle: ThrottleStore }
  readonly pepper: Buffer
  readonly now: () => number
}): MailGuard {
  const { database, pepper, now } = options
  const scopeOf = (what: string, text: string): string =>
    createHmac('sha256', pepper).update(`sign-up\0${what}\0${text}`).digest('hex')
  return {
    async mustNotFlood(email, address) {
      const scopes = [{ scope: scopeOf('mailbox', email), rule: PER_MAILBOX }]
      if (address !== '') scopes.push({ scope: scopeOf('address', networkOf(address)), rule: PER_ADDRESS })
      const waitMs = await database.throttle.take(scopes, now())
      if (waitMs === 0) return
      const retryAfterSeconds = Math.ceil(waitMs / 1000)
      throw new GatewayError('rate_limit_exceeded', `Too many tries. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      })
    },
  }
}
