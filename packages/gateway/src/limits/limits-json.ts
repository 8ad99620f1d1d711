// Limits and budgets as people write them: `requests_per_day: 1000`, `{"amount": "12.50", "reset": "month"}`.
// One schema for the config file and for the API.

import { z } from 'zod'
import { nanosFromDollars } from '../core/dollars.ts'
import { type Budget, LIMIT_FIELDS, type LimitName, type Limits } from './limits.ts'

const requests = z.int().min(0).max(1e9)

/** An object of a config file or a request body; null is the same as absent. */
export const limitsJson = z.strictObject({
  rpm: requests.nullish().describe('Requests per minute.'),
  tpm: z.int().min(0).max(1e12).nullish().describe('Tokens per minute.'),
  concurrency: z.int().min(0).max(1e6).nullish().describe('Requests at the same time.'),
  requests_per_day: requests.nullish().describe('Requests per calendar day.'),
  requests_per_month: requests.nullish().describe('Requests per calendar month.'),
})

export type LimitsJson = z.infer<typeof limitsJson>

export const budgetJson = z.strictObject({
  amount: z
    .union([z.string(), z.number()])
    .refine((amount) => nanosFromDollars(amount) !== undefined, 'must be US$, like "12.50".')
    .describe('US$.'),
  reset: z.enum(['day', 'week', 'month', 'never']).default('never').describe('When it begins anew.'),
})

export type BudgetJson = z.infer<typeof budgetJson>

export function limitsFromJson(json: LimitsJson): Limits {
  const limits: Partial<Record<LimitName, number>> = {}
  const fields: Readonly<Record<string, number | null | undefined>> = json
  for (const { name, json: key } of LIMIT_FIELDS) {
    const value = fields[key]
    if (value != null) limits[name] = value
  }
  return limits
}

export function budgetFromJson({ amount, reset }: BudgetJson): Budget {
  const amountNanos = nanosFromDollars(amount)
  if (amountNanos === undefined) throw new RangeError(`${amount} is no amount of US$.`)
  return { amountNanos, reset }
}
