// What the configuration says about payments and mail.

export interface StripeConfig {
  /** `sk_live_…`; with `sk_test_…`, only events of Stripe's test mode are believed, and the other way round. */
  readonly secretKey: string
  /** `whsec_…`, of the endpoint `/api/webhooks/stripe`. Never empty. */
  readonly webhookSecret: string
  readonly apiBase: string
  /** Of one top-up. */
  readonly minimumNanos: number
  readonly maximumNanos: number
  /** Where people go after the payment page; '' = this gateway. */
  readonly successUrl: string
  readonly cancelUrl: string
}

export interface PaymentsConfig {
  /** Absent = nobody can pay here. */
  readonly stripe?: StripeConfig
}

export interface MailConfig {
  /** `smtp://user:password@host:587`, `smtps://…`; '' = mails are written to the log instead. */
  readonly smtpUrl: string
  /** Sender. */
  readonly from: string
}

/** One currency is kept: a wallet is in US$, and nobody here knows a rate. */
export const CURRENCY = 'usd'
export const NANOS_PER_CENT = 10_000_000
