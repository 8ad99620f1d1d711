// What the resources look like on the wire, where more than one route shows them.
import { z } from 'zod'
import type { DataPolicy } from '../../../core/data-policy.ts'
import type { LimitsPatch } from '../../../identity/limits-patch.ts'
import { budgetJson, limitsJson, type LimitsJson } from '../../../limits/limits-json.ts'
import { LIMIT_FIELDS, type Budget, type LimitName, type Limits } from '../../../limits/limits.ts'
import { dollars, dollarsField } from '../api/fields.ts'

const shownLimit = (description: string) => z.int().nonnegative().optional().describe(description)

/** As replies have it: only what is limited. */
export const limitsShape = z
  .strictObject({
    rpm: shownLimit('Requests in any 60 seconds.'),
    tpm: shownLimit('Tokens in any 60 seconds.'),
    concurrency: shownLimit('Requests at the same time.'),
    requests_per_day: shownLimit('Requests per calendar day of the account.'),
    requests_per_month: shownLimit('Requests per calendar month of the account.'),
  })
  .describe('Absent = no limit; 0 = nothing allowed.')
  .meta({ id: 'Limits' })

export function limitsBody(limits: Limits): z.input<typeof limitsShape> {
  const body: Record<string, number> = {}
  for (const { name, json } of LIMIT_FIELDS) {
    const value = limits[name]
    if (value !== undefined) body[json] = value
  }
  return body
}

export const budgetShape = z
  .strictObject({ amount: dollarsField, reset: z.enum(['day', 'week', 'month', 'never']) })
  .describe('What may be spent until it begins anew, in the time zone of the account; weeks begin on Monday.')
  .meta({ id: 'Budget' })

export function budgetBody({ amountNanos, reset }: Budget): z.input<typeof budgetShape> {
  return { amount: dollars(amountNanos), reset }
}

export const wantedPolicyShape = z
  .strictObject({
    retention_days: z
      .int()
      .nonnegative()
      .optional()
      .describe('Requests and answers are kept no longer; 0 = not at all.'),
    training: z.literal(false).optional().describe('They are not trained on.'),
  })
  .meta({ id: 'WantedDataPolicy' })

export function wantedPolicyBody({ retentionDays, training }: DataPolicy): z.input<typeof wantedPolicyShape> {
  return {
    ...(retentionDays === undefined ? {} : { retention_days: retentionDays }),
    ...(training === false ? { training } : {}),
  }
}

/** As requests have them. */
export const newLimits = limitsJson.describe('Absent or null = none of its own.').meta({ id: 'NewLimits' })
export const limitsPatch = limitsJson
  .describe('A figure that is absent stays as it is, null takes that limit away; null instead of the whole takes all.')
  .meta({ id: 'LimitsPatch' })

/** Absent stays absent, and null stays null: each means something else. */
export function limitsPatchOf(json: LimitsJson): LimitsPatch {
  const patch: { -readonly [Name in LimitName]?: number | null } = {}
  const fields: Readonly<Record<string, number | null | undefined>> = json
  for (const { name, json: key } of LIMIT_FIELDS) {
    const value = fields[key]
    if (value !== undefined) patch[name] = value
  }
  return patch
}

export const newBudget = budgetJson.describe('What may be spent; "12.50" or 12.5 are US$ 12.50.')

export const patternList = (what: string) =>
  z
    .array(z.string().trim().min(1, 'must not be empty.').max(200))
    .min(1, 'must not be empty; null means all.')
    .max(200)
    .describe(what)

export const timeZoneField = z
  .string()
  .min(1)
  .max(100)
  .describe('IANA name: where days, weeks and months begin.')
  .meta({ examples: ['Europe/Berlin'] })

/** A model in a path. */
export const modelParams = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(256)
    .describe('Public id of a model, percent-encoded: a slash is %2F.')
    .meta({ examples: ['gpt-4o-mini'] }),
})
