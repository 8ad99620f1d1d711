// The headers of a reply: `X-Fairlead-*` (the prefix is the brand's), `x-request-id`, `x-ratelimit-*`.

import { formatNanos } from '../billing/prices/cost.ts'
import type { Admission } from '../limits/authority.ts'
import { headerValue } from '../core/ascii-json.ts'
import { admissionHeaders } from '../limits/rate-limit-headers.ts'
import type { AutoFacts } from './auto-run.ts'

export interface HeaderNames {
  readonly provider: string
  readonly model: string
  readonly cost: string
  readonly costEstimated: string
  readonly savings: string
  readonly attempts: string
  readonly dropped: string
  readonly baselineModel: string
  readonly receipt: string
}

/** @param prefix e.g. `X-Fairlead` */
export function headerNames(prefix: string): HeaderNames {
  return Object.freeze({
    provider: `${prefix}-Provider`,
    model: `${prefix}-Model`,
    cost: `${prefix}-Cost`,
    costEstimated: `${prefix}-Cost-Estimated`,
    savings: `${prefix}-Savings`,
    attempts: `${prefix}-Attempts`,
    dropped: `${prefix}-Dropped`,
    baselineModel: `${prefix}-Baseline-Model`,
    receipt: `${prefix}-Receipt`,
  })
}

const NO_SAVINGS = formatNanos(0)

export interface ReplyFacts {
  readonly requestId: string
  /** Anthropic's clients look for the id under another name too. */
  readonly anthropic: boolean
  /** Vendor or type, never an operator's private name. */
  readonly provider: string
  readonly model: string
  readonly attempts: number
  readonly costNanos: number
  readonly costEstimated: boolean
  /** Fields that could not be sent; '' = none. */
  readonly dropped: string
  /** Null = the request named its model. */
  readonly auto: AutoFacts | null
}

/** /!\ Hot path: one array, filled once. */
export function successHeaders(
  names: HeaderNames,
  contentType: string,
  facts: ReplyFacts,
  admission: Admission | null,
): string[] {
  const headers = [
    'content-type',
    contentType,
    'x-request-id',
    facts.requestId,
    names.provider,
    facts.provider,
    names.model,
    facts.model,
    names.cost,
    formatNanos(facts.costNanos),
    names.savings,
    facts.auto === null ? NO_SAVINGS : facts.auto.savings,
    names.attempts,
    String(facts.attempts),
  ]
  if (facts.anthropic) headers.push('request-id', facts.requestId)
  if (facts.dropped !== '') headers.push(names.dropped, facts.dropped)
  if (facts.auto !== null) {
    const { baselineModel, receiptId } = facts.auto
    if (baselineModel !== '') headers.push(names.baselineModel, headerValue(baselineModel))
    if (receiptId !== '') headers.push(names.receipt, receiptId)
  }
  if (facts.costEstimated) headers.push(names.costEstimated, 'true')
  if (admission !== null) for (const part of admissionHeaders(admission)) headers.push(part)
  return headers
}
