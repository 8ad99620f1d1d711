// Mail through the operator's own server; without one, what would be sent is written into the log, whole: there it is the
// only way to a link that somebody waits for. Such links work once, and not for long.
import { createTransport, type Transporter } from 'nodemailer'
import type { SendMail } from '../billing/payments/outbound.ts'
import type { MailConfig } from '../billing/payments/payment-settings.ts'

const TIMEOUT_MS = 15_000

interface Log {
  info(fields: object, message: string): void
}

/** @param config asked for each mail: it may change while the gateway runs */
export function createSendMail(config: () => MailConfig, log: Log): SendMail {
  let smtpUrl = ''
  let transport: Transporter | null = null
  return async (mail) => {
    const current = config()
    if (current.smtpUrl === '') {
      log.info({ mail }, 'no mail server is configured; this mail is not sent')
      return
    }
    if (transport === null || smtpUrl !== current.smtpUrl) {
      transport?.close()
      smtpUrl = current.smtpUrl
      transport = createTransport({
        url: smtpUrl,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        // What a mail holds is text of ours: it never names a file or an address to read.
        disableFileAccess: true,
        disableUrlAccess: true,
      })
    }
    await transport.sendMail({ from: current.from, ...mail })
  }
}
