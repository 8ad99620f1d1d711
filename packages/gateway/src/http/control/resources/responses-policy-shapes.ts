// What a group says about keeping responses, on the wire.
import { z } from 'zod'
import {
  DEFAULT_QUOTA_MB,
  DEFAULT_QUOTA_RESPONSES,
  DEFAULT_TTL_DAYS,
  LEAST_TTL_DAYS,
  MOST_TTL_DAYS,
  STORE_MODES,
} from '../../../identity/responses-policy.ts'

const STORE = 'off = nothing is kept, whatever a request says; ttl = for ttl_days; keep = until it is deleted.'
const ENCRYPT = "Whether it is encrypted in the database, with a key that is derived from the gateway's secret key."
const QUOTA_MB =
  'Megabytes of one account; with ttl the oldest responses go to make room, with keep what does not fit is not kept.'
const QUOTA_RESPONSES = 'Responses of one account.'

export const responsesShape = z
  .strictObject({
    store: z.enum(STORE_MODES).describe(STORE),
    ttl_days: z.number().describe('Days.'),
    encrypt: z.boolean().describe(ENCRYPT),
    quota_mb: z.number().describe(QUOTA_MB),
    quota_responses: z.int().describe(QUOTA_RESPONSES),
  })
  .meta({ id: 'ResponsesPolicy' })

export const newResponses = z
  .strictObject({
    store: z.enum(STORE_MODES).optional().describe(STORE),
    ttl_days: z
      .number()
      .min(LEAST_TTL_DAYS)
      .max(MOST_TTL_DAYS)
      .optional()
      .describe(`Days; ${DEFAULT_TTL_DAYS} unless said.`),
    encrypt: z.boolean().optional().describe(ENCRYPT),
    quota_mb: z.number().min(0).max(1e9).optional().describe(`${QUOTA_MB} ${DEFAULT_QUOTA_MB} unless said.`),
    quota_responses: z
      .int()
      .min(0)
      .max(1e9)
      .optional()
      .describe(`${QUOTA_RESPONSES} ${DEFAULT_QUOTA_RESPONSES} unless said.`),
  })
  .meta({ id: 'NewResponsesPolicy' })
