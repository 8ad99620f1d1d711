// Receipts and feedback as JSON.
import { z } from 'zod'
import { decodePrice } from '../../../billing/prices/price-text.ts'
import type { FoundReceipt } from '../../../billing/usage/receipt-desk.ts'
import { decisionJson } from '../../../core/receipt-json.ts'
import { requestIdOf } from '../../../core/receipt.ts'
import { baselineCost } from '../../../routing/auto/savings/savings.ts'
import { dollars, dollarsField, seconds, unixSeconds } from '../api/fields.ts'

const share = z.number().min(0).max(1)
const signedDollars = z.string().regex(/^-?\d+(?:\.\d{1,9})?$/)

const candidateShape = z.strictObject({
  model: z.string(),
  quality: z.number().nullable().describe('Expected, 0 to 1; null = it was filtered before it was looked at.'),
  expected_cost: z.string().nullable().describe('US$ of this request; null = not reckoned.'),
  utility: z.number().nullable().describe('Quality less the weighed cost.'),
  reason: z.string().nullable().describe('Why it was not picked, in one word; null = it was, or would have stood in.'),
})

export const receiptShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('receipt'),
    created_at: unixSeconds,
    request_id: z.string(),
    asked_model: z.string().describe('The name of the picker that was asked for.'),
    pool: z.string(),
    model: z.string().nullable().describe('Who answered; null = nobody did.'),
    reason: z.string().describe('best, kept, tool-loop, escalated, switched, control or explored.'),
    task_types: z.array(z.strictObject({ type: z.string(), confidence: share })),
    difficulty: z.number(),
    novelty: z.number(),
    tradeoff: z.number(),
    min_quality: share,
    max_cost: z.string().nullable(),
    candidates: z.array(candidateShape),
    more_candidates: z.int(),
    fallbacks: z.array(z.string()).describe('Who would have stood in, in this order.'),
    failed: z.array(z.string()).describe('Who was asked before the model that answered.'),
    previous_model: z.string().nullable().describe('Who answered the conversation before.'),
    status: z.int().nullable().describe('HTTP status; null = the call is under way.'),
    usage: z
      .strictObject({
        input_tokens: z.int(),
        cached_tokens: z.int(),
        cache_write_tokens: z.int(),
        output_tokens: z.int(),
        reasoning_tokens: z.int(),
        estimated: z.boolean().describe('The provider did not say, and we counted.'),
      })
      .nullable(),
    cost: dollarsField.nullable().describe('US$ of the call, as the ledger has it.'),
    charged: dollarsField.nullable().describe('US$ that the wallet paid; null = nobody is charged for the call.'),
    baseline_model: z.string().nullable(),
    baseline_cost: dollarsField.nullable().describe('US$ that the same call would have cost with the baseline.'),
    routing_overhead: dollarsField.describe(
      'US$ that the choice itself cost: the shadow evaluation of this call, where one was made.',
    ),
    savings: signedDollars.nullable().describe('US$: baseline_cost less cost less routing_overhead; may be negative.'),
  })
  .meta({ id: 'Receipt' })

export function receiptBody(found: FoundReceipt): z.input<typeof receiptShape> {
  const { receipt, body, record, overheadNanos } = found
  const usage = record?.usage
  const baselineNanos = baselineOf(found)
  const cost = record === null ? null : record.costNanos
  return {
    id: receipt.receiptId,
    object: 'receipt',
    created_at: seconds(receipt.createdAtMs),
    request_id: requestIdOf(receipt.receiptId) ?? '',
    ...decisionJson(body),
    status: record?.status ?? null,
    usage:
      usage === undefined
        ? null
        : {
            input_tokens: usage.input,
            cached_tokens: usage.cacheRead,
            cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
            output_tokens: usage.output,
            reasoning_tokens: usage.reasoning,
            estimated: record?.estimated ?? false,
          },
    cost: cost === null ? null : dollars(cost),
    charged: record === null || record.chargedNanos === null ? null : dollars(record.chargedNanos),
    baseline_cost: baselineNanos === null ? null : dollars(baselineNanos),
    routing_overhead: dollars(overheadNanos),
    savings: baselineNanos === null || cost === null ? null : dollars(baselineNanos - cost - overheadNanos),
  }
}

function baselineOf({ body, record }: FoundReceipt): number | null {
  const { baseline } = body
  const priced = baseline === null ? null : decodePrice(baseline.price)
  if (baseline === null || priced === null || record === null) return null
  const { model, warmTokens, outputPpm } = baseline
  const { price, multiplierPpm } = priced
  return baselineCost(
    { model, price, multiplierPpm, warmTokens, outputPpm },
    record.model,
    record.usage,
    record.costNanos,
  )
}

export const feedbackShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('feedback'),
    receipt: z.string(),
    created_at: unixSeconds,
    score: share.nullable(),
    label: z.string().nullable(),
    corrected_model: z.string().nullable(),
  })
  .meta({ id: 'Feedback' })
