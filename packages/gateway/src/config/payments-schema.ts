// The sections `payments` and `mail` of `fairlead.yaml`: their shape, what it means, and what makes no sense.
import { z } from 'zod'
import type { MailConfig, PaymentsConfig } from '../billing/payments/payment-settings.ts'
import { NANOS_PER_CENT } from '../billing/payments/payment-settings.ts'
import { nanosFromDollars } from '../core/dollars.ts'
import { isHttpUrl } from './check-server.ts'
import { amountSchema } from './price-schema.ts'
import type { Report } from './report.ts'
import { text } from './shape-words.ts'

/** Stripe's own have 38 characters; a secret that can be guessed is free money for whoever does. */
const SHORTEST_WEBHOOK_SECRET = 16

const stripeSchema = z
  .strictObject({
    secret_key: text()
      .default('')
      .describe('sk_live_… or sk_test_…, usually ${STRIPE_SECRET_KEY}; empty = no payments.'),
    webhook_secret: text()
      .default('')
      .describe('whsec_… of the endpoint /api/webhooks/stripe at Stripe; needed with secret_key.'),
    api_base: text().default('https://api.stripe.com').describe('Where Stripe is reached.'),
    minimum: amountSchema.default(5).describe('Smallest top-up, US$.'),
    maximum: amountSchema.default(1000).describe('Largest top-up, US$.'),
    success_url: text()
      .default('')
      .describe('Where people go when they have paid; the wallet of the dashboard when empty.'),
    cancel_url: text()
      .default('')
      .describe('Where people go when they have not; the wallet of the dashboard when empty.'),
  })
  .describe('Top-ups through Stripe Checkout.')

export const paymentsSchema = z
  .strictObject({ stripe: stripeSchema.prefault({}) })
  .describe('How customers pay money into their wallets themselves.')

export const mailSchema = z
  .strictObject({
    smtp_url: text()
      .default('')
      .describe('smtp://user:password@host:587 or smtps://…; when empty, mails are only noted in the log.'),
    from: text().default('').describe('Sender: Fairlead <billing@example.com>; needed with smtp_url.'),
  })
  .describe('Mails to people: invitations, links to log in, words about their wallets.')

interface MoneyFile {
  readonly payments: z.output<typeof paymentsSchema>
  readonly mail: z.output<typeof mailSchema>
}

export function checkPayments({ payments: { stripe }, mail }: MoneyFile, report: Report): void {
  if (stripe.secret_key.trim() !== '' && stripe.webhook_secret.trim().length < SHORTEST_WEBHOOK_SECRET) {
    report.problem(
      ['payments', 'stripe', 'webhook_secret'],
      `must have ${SHORTEST_WEBHOOK_SECRET} characters or more: without it, anybody could say that he has paid.`,
      'Stripe shows it for the endpoint /api/webhooks/stripe: whsec_…',
    )
  }
  for (const name of ['minimum', 'maximum'] as const) {
    const nanos = nanosFromDollars(stripe[name])
    if (nanos === undefined || nanos === 0 || nanos % NANOS_PER_CENT !== 0)
      report.problem(['payments', 'stripe', name], 'must be US$ in whole cents, more than none.')
  }
  if ((nanosFromDollars(stripe.minimum) ?? 0) > (nanosFromDollars(stripe.maximum) ?? 0))
    report.problem(['payments', 'stripe', 'minimum'], 'is more than payments.stripe.maximum.')
  for (const name of ['api_base', 'success_url', 'cancel_url'] as const) {
    if ((name === 'api_base' || stripe[name] !== '') && !isHttpUrl(stripe[name]))
      report.problem(['payments', 'stripe', name], 'is not an http:// or https:// address.')
  }
  const smtp = mail.smtp_url.trim() === '' ? null : URL.parse(mail.smtp_url)
  if (mail.smtp_url.trim() !== '' && smtp?.protocol !== 'smtp:' && smtp?.protocol !== 'smtps:')
    report.problem(['mail', 'smtp_url'], 'is not an smtp:// or smtps:// address.')
  if (mail.smtp_url.trim() !== '' && !/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(mail.from))
    report.problem(['mail', 'from'], 'must be a mail address: mail servers take none without a sender.')
}

/** Of a file that was checked. */
export function resolvePayments({ payments: { stripe } }: MoneyFile): PaymentsConfig {
  if (stripe.secret_key.trim() === '') return {}
  return {
    stripe: {
      secretKey: stripe.secret_key.trim(),
      webhookSecret: stripe.webhook_secret.trim(),
      apiBase: stripe.api_base.replace(/\/+$/, ''),
      minimumNanos: nanosFromDollars(stripe.minimum) ?? 0,
      maximumNanos: nanosFromDollars(stripe.maximum) ?? 0,
      successUrl: stripe.success_url,
      cancelUrl: stripe.cancel_url,
    },
  }
}

export function resolveMail({ mail }: MoneyFile): MailConfig {
  return { smtpUrl: mail.smtp_url.trim(), from: mail.from }
}
