// How this room sends mails and makes addresses: nobody waits for a mail server, and how long it takes tells nobody
// whether there was anything to send.
import type { Mail, SendMail } from '../../billing/payments/outbound.ts'

export interface PostMail {
  /** Written and sent beside what is going on; a failure is in the log. @param write given the gateway's name */
  post(write: (brand: string) => Mail): void
  /**
   * Address of a page of the dashboard. The token stands behind the #: browsers keep that to themselves, so no log of any
   * proxy ever has it.
   */
  url(page: 'invitation' | 'confirm' | 'reset' | 'log-in' | 'settings/profile', token?: string): string
}

export interface PostMailOptions {
  readonly sendMail: SendMail
  readonly brand: () => string
  /** Where people reach this gateway, without a slash at the end. */
  readonly homeUrl: () => string
  readonly log: { error(fields: object, message: string): void }
}

export function createPostMail({ sendMail, brand, homeUrl, log }: PostMailOptions): PostMail {
  return {
    post(write) {
      const mail = write(brand())
      sendMail(mail).catch((error: unknown) => {
        log.error({ err: error, subject: mail.subject }, 'a mail could not be sent')
      })
    },
    url: (page, token = '') => `${homeUrl()}/${page}${token === '' ? '' : `#${token}`}`,
  }
}
