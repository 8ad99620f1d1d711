// How usage looks on the wire.
import { z } from 'zod'
import type { LatencyFigures, SummedTokens, UsageFigures } from '../../../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../../../billing/usage/usage-record.ts'
import type { TokenUsage } from '../../../core/token-usage.ts'
import { dollars, dollarsField, unixSeconds } from '../api/fields.ts'

const count = (description: string) => z.int().nonnegative().describe(description)

const tokensShape = z
  .strictObject({
    input: count('All of the input, what came from a cache and went into it included.'),
    cache_read: count('Of the input, read from a cache.'),
    cache_write_5m: count('Of the input, written to a cache of five minutes.'),
    cache_write_1h: count('Of the input, written to a cache of an hour.'),
    output: count('All of the output, reasoning included.'),
    reasoning: count('Of the output, reasoning.'),
  })
  .meta({ id: 'Tokens' })

function tokensBody(usage: SummedTokens): z.input<typeof tokensShape> {
  return {
    input: usage.input,
    cache_read: usage.cacheRead,
    cache_write_5m: usage.cacheWrite5m,
    cache_write_1h: usage.cacheWrite1h,
    output: usage.output,
    reasoning: usage.reasoning,
  }
}

const callTokensShape = z
  .strictObject({
    ...tokensShape.shape,
    audio_input: count('Of the input, sound.'),
    image_input: count('Of the input, pictures.'),
    audio_output: count('Of the output, sound.'),
    image_output: count('Of the output, pictures.'),
    images: count('Pictures that were made.'),
    web_searches: count('Searches that the provider made for the model.'),
    service_tier: z.string().nullable().describe("In the provider's word; null = the usual one."),
  })
  .meta({ id: 'CallTokens' })

function callTokensBody(usage: TokenUsage): z.input<typeof callTokensShape> {
  return {
    ...tokensBody(usage),
    audio_input: usage.audioInput,
    image_input: usage.imageInput,
    audio_output: usage.audioOutput,
    image_output: usage.imageOutput,
    images: usage.images,
    web_searches: usage.webSearches,
    service_tier: usage.serviceTier || null,
  }
}

export const latencyShape = z
  .strictObject({
    p50_ms: z.number().describe('Half of the calls were faster; exact to some 20 %.'),
    p95_ms: z.number(),
    mean_ms: z.number().describe('Exact.'),
  })
  .meta({ id: 'Latency' })

const figures = {
  calls: count('Calls that began in this time.'),
  errors: count('Of them those that failed; a client that left is no failure.'),
  sent: count('Of them those that a provider was asked for.'),
  tokens: tokensShape,
  cost: dollarsField.describe('At the price of the caller, whether or not it was charged.'),
  charged: dollarsField.describe('What wallets were charged.'),
  provider_cost: dollarsField.optional().describe('For the operator only: what the providers charge.'),
  duration: latencyShape.nullable().describe('From the request to the end of the reply; null = no call had one.'),
  first_token: latencyShape.nullable().describe('From the request to the first content of a stream.'),
} as const

export const figuresShape = z.strictObject(figures).meta({ id: 'UsageFigures' })
export const usageGroupShape = z
  .strictObject({
    name: z.string().describe('Of the model, key, account, provider, path or status class.'),
    ...figures,
  })
  .meta({ id: 'UsageGroup' })

export function figuresBody(of: UsageFigures, forOperator: boolean): z.input<typeof figuresShape> {
  return {
    calls: of.calls,
    errors: of.errors,
    sent: of.sent,
    tokens: tokensBody(of.tokens),
    cost: dollars(of.costNanos),
    charged: dollars(of.billedNanos),
    ...(forOperator ? { provider_cost: dollars(of.providerCostNanos) } : {}),
    duration: latencyBody(of.duration),
    first_token: latencyBody(of.firstToken),
  }
}

export function latencyBody(of: LatencyFigures | null): z.input<typeof latencyShape> | null {
  return of === null ? null : { p50_ms: of.p50Ms, p95_ms: of.p95Ms, mean_ms: of.meanMs }
}

const attemptShape = z.strictObject({
  provider: z.string(),
  credential: z.string().describe('Of the provider; empty = not known.'),
  upstream_model: z.string(),
  outcome: z.string().describe('`ok`, or what went wrong.'),
  started_ms: z.number().nullable().describe('After the request came in; null = not known.'),
  duration_ms: z.number(),
})

export const requestShape = z
  .strictObject({
    id: z
      .string()
      .describe('The x-request-id of its reply.')
      .meta({ examples: ['req_5f0c6a2f9e1d4b7a8c00000001'] }),
    object: z.literal('request'),
    created_at: unixSeconds,
    started_at_ms: z.number().describe('Unix milliseconds.'),
    duration_ms: z.number(),
    first_byte_ms: z
      .number()
      .nullable()
      .describe('To the first content of a stream, else to the reply; null when nothing came.'),
    key: z.string().meta({ examples: ['key_Q9hMCgVverV2wp8g'] }),
    account: z.string(),
    group: z.string().describe('Empty = none.'),
    endpoint: z.string().meta({ examples: ['/v1/chat/completions'] }),
    model: z.string().describe('The id that was asked for.'),
    status: z.int().describe('What the client saw; 499 when it left first.'),
    error: z.string().nullable().describe('A code of the error table, `client_gone` or `upstream_cut`; null = none.'),
    stream: z.boolean(),
    attempts: z.int(),
    tokens: callTokensShape,
    tokens_estimated: z.boolean().describe('The provider sent no usage, and this is our estimate.'),
    cost: dollarsField,
    charged: dollarsField.nullable().describe('What the wallet was charged; null = calls of this key are not charged.'),
    provider_cost: dollarsField.optional().describe('For the operator only: what the provider charges.'),
    provider: z.string().optional().describe('For the operator only: the name of the provider that answered.'),
    upstream_model: z.string().optional().describe('For the operator only: what the provider calls the model.'),
    trail: z.array(attemptShape).optional().describe('For the operator only: each provider that was asked.'),
  })
  .meta({ id: 'Request' })

/** The names of providers are the operator's own, so tenants do not see them. */
export function requestBody(record: StoredUsageRecord, forOperator: boolean): z.input<typeof requestShape> {
  return {
    id: record.requestId,
    object: 'request',
    created_at: Math.floor(record.startedAtMs / 1000),
    started_at_ms: record.startedAtMs,
    duration_ms: record.durationMs,
    first_byte_ms: record.firstByteMs < 0 ? null : record.firstByteMs,
    key: record.keyId,
    account: record.accountId,
    group: record.group ?? '',
    endpoint: record.endpoint,
    model: record.model,
    status: record.status,
    error: record.errorCode === '' ? null : record.errorCode,
    stream: record.stream,
    attempts: record.attempts,
    tokens: callTokensBody(record.usage),
    tokens_estimated: record.estimated,
    cost: dollars(record.costNanos),
    charged: record.chargedNanos === null ? null : dollars(record.chargedNanos),
    ...(forOperator
      ? {
          provider_cost: dollars(record.providerCostNanos),
          provider: record.provider,
          upstream_model: record.upstreamModel,
          trail: record.trail.map((attempt) => ({
            provider: attempt.provider,
            credential: attempt.credential,
            upstream_model: attempt.upstreamModel,
            outcome: attempt.outcome,
            started_ms: attempt.startMs < 0 ? null : attempt.startMs,
            duration_ms: attempt.durationMs,
          })),
        }
      : {}),
  }
}
