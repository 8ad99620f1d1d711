// A stage with the others that people meet on their way: a mail server, an issuer, a payment provider.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { FakeStripe } from '@fairlead/testkit/stripe/fake-stripe.ts'
import { type Issuer, startIssuer } from '../../gateway/tests/support/issuer.ts'
import { type Stage, startStage } from './support/stage.ts'

export interface JourneyStage extends Stage {
  readonly stripe: FakeStripe
  /** Called "The company" here. */
  readonly issuer: Issuer
  /** The newest link in a mail to this address; waits for the mail. */
  linkFor(email: string): Promise<string>
}

const PEOPLE = {
  grace: { email: 'grace@example.com', email_verified: true, name: 'Grace' },
  mallory: { email: 'mallory@elsewhere.example', email_verified: true, name: 'Mallory' },
  boss: { email: 'ada@example.com', email_verified: true, name: 'Ada' },
}

export async function startJourneyStage(): Promise<JourneyStage> {
  const [stripe, mailbox] = await Promise.all([FakeStripe.start(), openMailbox()])
  const stage = await startStage({
    yaml: `people: { sign_up: open }
groups: [{ name: default, billing: prepaid }]
mail: { smtp_url: "${mailbox.url}", from: "Fairlead <gateway@example.com>" }
payments:
  stripe: { secret_key: ${stripe.secretKey}, webhook_secret: ${stripe.webhookSecret}, api_base: "${stripe.url}" }`,
  })
  const issuer = await startIssuer([`${stage.origin}/api/login/oidc/company/callback`], PEOPLE)
  const { app } = stage.gateway
  const { config } = app.control
  app.setConfig({
    ...config,
    people: {
      ...config.people,
      oidc: [
        {
          name: 'company',
          title: 'The company',
          issuer: issuer.url,
          clientId: 'fairlead',
          clientSecret: 'the secret of the client',
          scopes: ['openid', 'email', 'profile'],
          allowedDomains: ['example.com'],
          autoCreate: true,
          groupsClaim: 'groups',
          groups: [],
        },
      ],
    },
  })
  return {
    ...stage,
    stripe,
    issuer,
    linkFor: mailbox.linkFor,
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
      await stripe[Symbol.asyncDispose]()
      mailbox.close()
    },
  }
}

/** As much of a mail server as takes one mail after the other (RFC 5321). */
async function openMailbox() {
  const mails: string[] = []
  let arrived = (): void => undefined
  const server = createServer((socket) => {
    let mail: string[] | null = null
    let rest = ''
    socket.setEncoding('utf8').write('220 mail.example ESMTP\r\n')
    socket.on('error', () => undefined)
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (mail === null) {
          if (line === 'DATA') mail = []
          if (line.startsWith('QUIT')) socket.end('221 bye\r\n')
          else socket.write(mail === null ? '250 ok\r\n' : '354 go on\r\n')
        } else if (line === '.') {
          mails.push(plainText(mail.join('\n')))
          mail = null
          socket.write('250 taken\r\n')
          arrived()
        } else mail.push(line)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    close: () => server.close(),
    async linkFor(email: string): Promise<string> {
      for (;;) {
        const link = mails
          .filter((text) => text.includes(`To: ${email}`))
          .at(-1)
          ?.match(/https?:\/\/\S+#\S+/)?.[0]
        if (link !== undefined) return link
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
      }
    },
  }
}

/** Soft line breaks and `=3D` taken back (RFC 2045). */
function plainText(mail: string): string {
  return mail
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
