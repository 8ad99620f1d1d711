// An entry under `groups` of `fairlead.yaml`.
import { z } from 'zod'
import { PRESETS } from '../identity/presets.ts'
import {
  DEFAULT_QUOTA_MB,
  DEFAULT_QUOTA_RESPONSES,
  DEFAULT_RESPONSES_POLICY,
  DEFAULT_TTL_DAYS,
  LEAST_TTL_DAYS,
  MOST_TTL_DAYS,
  STORE_MODES,
} from '../identity/responses-policy.ts'
import { amountSchema, priceSchema } from './price-schema.ts'
import { text } from './shape-words.ts'

const groupLimits = z.strictObject({
  rpm: z.int().min(0).max(1e9).optional().describe('Requests in any 60 seconds.'),
  tpm: z.int().min(0).max(1e12).optional().describe('Tokens in any 60 seconds, input and output together.'),
  concurrency: z.int().min(0).max(1e6).optional().describe('Requests at the same time.'),
  requests_per_day: z.int().min(0).max(1e9).optional().describe("Requests of a day in the account's time zone."),
  requests_per_month: z.int().min(0).max(1e9).optional().describe("Requests of a month in the account's time zone."),
})

const groupResponses = z.strictObject({
  store: z
    .enum(STORE_MODES)
    .default(DEFAULT_RESPONSES_POLICY.store)
    .describe('off = nothing is kept, whatever a request says; ttl = for ttl_days; keep = until it is deleted.'),
  ttl_days: z.number().min(LEAST_TTL_DAYS).max(MOST_TTL_DAYS).default(DEFAULT_TTL_DAYS).describe('Days.'),
  encrypt: z
    .boolean()
    .default(DEFAULT_RESPONSES_POLICY.encrypt)
    .describe("Whether it is encrypted in the database, with a key that is derived from the gateway's secret key."),
  quota_mb: z
    .number()
    .min(0)
    .max(1e9)
    .default(DEFAULT_QUOTA_MB)
    .describe(
      'Megabytes of one account; with ttl the oldest go to make room, with keep what does not fit is not kept.',
    ),
  quota_responses: z.int().min(0).max(1e9).default(DEFAULT_QUOTA_RESPONSES).describe('Responses of one account.'),
})

export const groupSchema = z
  .strictObject({
    name: text().min(1).max(64).describe('Accounts name it; those without a group are in the one called default.'),
    preset: z
      .enum(PRESETS)
      .optional()
      .describe('Limits to begin with: free 100 requests a minute, pro 1000, enterprise none; limits wins over it.'),
    models: z
      .array(text().min(1).max(256))
      .min(1)
      .default(['*'])
      .describe('Public model ids that its accounts may use; "*" stands for any text.'),
    price_multiplier: amountSchema
      .default(1)
      .describe('What its accounts pay, as a share of the price: 1.2 = 20 % more.'),
    prices: z
      .record(text().min(1).max(256), priceSchema)
      .default({})
      .describe(
        "The group's own prices by public model id, before the multiplier; other models cost what they cost everybody.",
      ),
    billing: z.enum(['off', 'prepaid']).default('off').describe('Whether calls are paid for from a wallet.'),
    limits: groupLimits.prefault({}).describe('Of each account in the group; absent = no limit, 0 = none allowed.'),
    shared_limits: groupLimits
      .prefault({})
      .describe('Of the whole group together; its days and months are those of UTC.'),
    responses: groupResponses.prefault({}).describe("What is kept of its accounts' responses and conversations."),
  })
  .describe('What accounts may do. Without any group, nothing is limited.')
