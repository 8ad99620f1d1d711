// What happened to one call, in order, and what became of the money that was held for it. Tenants read how an attempt
// ended, not whom it was made at, nor what a provider said about the operator's account.
import { z } from 'zod'
import type { AttemptNote, StoredUsageRecord } from '../../../billing/usage/usage-record.ts'
import { dollars, dollarsField, unixSecondsOrNever } from '../api/fields.ts'

const OUTCOMES = [
  'ok',
  'unreachable',
  'timeout',
  'broke_off',
  'busy',
  'failed',
  'request_refused',
  'abandoned',
  'restarted',
] as const
type PublicOutcome = (typeof OUTCOMES)[number]

/** What `relay` notes -> what everybody may read. Anything else is `failed`. */
const PUBLIC: Readonly<Record<string, PublicOutcome>> = {
  ok: 'ok',
  connect: 'unreachable',
  dns: 'unreachable',
  tls: 'unreachable',
  timeout: 'timeout',
  reset: 'broke_off',
  bad_reply: 'broke_off',
  'rate-limited': 'busy',
  'client-fault': 'request_refused',
  abandoned: 'abandoned',
  'previous-response-lost': 'restarted',
}

const momentShape = z.strictObject({
  event: z.enum(['accepted', 'attempt', 'first_content', 'ended']),
  at_ms: z
    .number()
    .nullable()
    .describe('After the request came in; null = not measured, as of an attempt that answered at once.'),
  duration_ms: z.number().nullable().describe('Of an attempt; null = not measured.'),
  outcome: z
    .enum(OUTCOMES)
    .nullable()
    .describe(
      'Of an attempt. `busy`: the upstream was at its limit; `request_refused`: it found fault with the request.',
    ),
  attempt: z.int().nullable().describe('Counted from 1.'),
  provider: z.string().optional().describe('For the operator only.'),
  credential: z.string().optional().describe('For the operator only; empty = not known.'),
  upstream_model: z.string().optional().describe('For the operator only.'),
  cause: z.string().optional().describe('For the operator only: what went wrong, as the metrics name it.'),
})
type Moment = z.input<typeof momentShape>

export const timelineShape = z.array(momentShape).describe('In order; what the gateway did not measure is not made up.')

export const requestMoneyShape = z
  .strictObject({
    held: dollarsField.nullable().describe('The most that the call could have cost; null = an older release made it.'),
    charged: dollarsField.describe('What was taken for good.'),
    released: dollarsField.nullable().describe('Of what was held, what went back.'),
    lost: dollarsField.describe('Of the cost, what the operator bears.'),
    transfer: z.string().nullable().describe('Of the wallet, with other calls; null = nothing was taken.'),
    charged_at: unixSecondsOrNever,
  })
  .describe('Null where no wallet pays.')
  .meta({ id: 'RequestMoney' })

export function timelineBody(record: StoredUsageRecord, forOperator: boolean): Moment[] {
  const nothing = { duration_ms: null, outcome: null, attempt: null }
  const attempts = attemptsOf(record).map((attempt, index) => momentOf(attempt, index + 1, forOperator))
  const hasFirst = record.stream && record.firstByteMs >= 0
  return [
    { event: 'accepted', at_ms: 0, ...nothing },
    ...attempts,
    ...(hasFirst ? [{ event: 'first_content' as const, at_ms: record.firstByteMs, ...nothing }] : []),
    { event: 'ended', at_ms: record.durationMs, ...nothing },
  ]
}

type Attempt = Omit<AttemptNote, 'durationMs'> & { readonly durationMs: number | null }

/** The first that answers leaves no note. */
function attemptsOf(record: StoredUsageRecord): readonly Attempt[] {
  const { trail, attempts, provider, upstreamModel, errorCode } = record
  if (trail.length > 0 || attempts === 0) return trail
  const outcome = errorCode === '' ? 'ok' : errorCode === 'client_gone' ? 'abandoned' : 'failed'
  return [{ provider, upstreamModel, outcome, credential: '', startMs: -1, durationMs: null }]
}

function momentOf(attempt: Attempt, number: number, forOperator: boolean): Moment {
  const { provider, credential, upstreamModel, outcome, startMs, durationMs } = attempt
  return {
    event: 'attempt',
    at_ms: startMs < 0 ? null : startMs,
    duration_ms: durationMs,
    outcome: PUBLIC[outcome] ?? 'failed',
    attempt: number,
    ...(forOperator ? { provider, credential, upstream_model: upstreamModel, cause: outcome } : {}),
  }
}

export function requestMoneyBody(record: StoredUsageRecord): z.input<typeof requestMoneyShape> | null {
  const { chargedNanos, heldNanos, costNanos, transferId, chargedAtMs } = record
  if (chargedNanos === null) return null
  return {
    held: heldNanos === 0 && costNanos > 0 ? null : dollars(heldNanos),
    charged: dollars(chargedNanos),
    released: heldNanos === 0 && costNanos > 0 ? null : dollars(Math.max(0, heldNanos - chargedNanos)),
    lost: dollars(costNanos - chargedNanos),
    transfer: transferId,
    charged_at: chargedAtMs === null ? null : Math.floor(chargedAtMs / 1000),
  }
}
