// A choice of the picker's as clients read it: in `GET /v1/receipts/{id}` and `POST /v1/route`.
import type { ReceiptBody } from './receipt.ts'

export interface DecisionJson {
  asked_model: string
  pool: string
  model: string | null
  reason: string
  task_types: { type: string; confidence: number }[]
  difficulty: number
  novelty: number
  tradeoff: number
  min_quality: number
  max_cost: string | null
  candidates: {
    model: string
    quality: number | null
    expected_cost: string | null
    utility: number | null
    reason: string | null
  }[]
  more_candidates: number
  fallbacks: string[]
  failed: string[]
  baseline_model: string | null
  previous_model: string | null
}

export function decisionJson(body: ReceiptBody): DecisionJson {
  return {
    asked_model: body.asked,
    pool: body.pool === '' ? 'default' : body.pool,
    model: body.model === '' ? null : body.model,
    reason: body.reason,
    task_types: body.taskTypes.map(({ type, p }) => ({ type, confidence: p })),
    difficulty: body.difficulty,
    novelty: body.novelty,
    tradeoff: body.tradeoff,
    min_quality: body.minQuality,
    max_cost: dollarsOrNull(body.maxCostNanos),
    candidates: body.candidates.map(({ model, quality, costNanos, utility, reason }) => ({
      model,
      quality,
      expected_cost: dollarsOrNull(costNanos),
      utility,
      reason,
    })),
    more_candidates: body.more,
    fallbacks: body.chain.filter((id) => id !== body.model && !body.failed.includes(id)),
    failed: [...body.failed],
    baseline_model: body.baseline?.model ?? null,
    previous_model: body.before === '' ? null : body.before,
  }
}

/** Nine places, as all amounts of a receipt. */
function dollarsOrNull(nanos: number | null): string | null {
  if (nanos === null) return null
  const digits = String(nanos).padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}
