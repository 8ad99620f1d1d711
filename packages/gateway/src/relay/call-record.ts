// The line in the journal about one call: as it stands while it is under way, and as it ended.

import { costNanos } from '../billing/prices/cost.ts'
import { encodeLimitedPrice, encodePrice } from '../billing/prices/price-text.ts'
import type { UsageRecord } from '../billing/usage/usage-record.ts'
import type { Captured } from '../billing/wallets/wallet-authority.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { AutoRun } from './auto-run.ts'
import type { Call } from './call.ts'

/** How a call stands, or ended. */
export interface CallEnd {
  readonly status: number
  readonly errorCode: string
  readonly usage: TokenUsage
  readonly estimated: boolean
  readonly durationMs: number
  readonly costNanos: number
  readonly captured: Captured
  /** Before it was captured; 0 where nobody pays. */
  readonly heldNanos: number
}

export function recordOf(call: Call, end: CallEnd): UsageRecord {
  const { request, route, candidate, scan } = call
  const { status, errorCode, usage, durationMs } = end
  const { principal } = request
  return {
    requestId: request.id,
    startedAtMs: Date.now() - Math.round(durationMs),
    durationMs: Math.round(durationMs),
    firstByteMs: Math.round(scan.stream ? call.firstContentMs : durationMs),
    keyId: principal.keyId,
    accountId: principal.accountId,
    group: principal.group,
    endpoint: request.endpoint.path,
    model: route.publicId,
    provider: candidate?.provider.name ?? '',
    upstreamModel: candidate?.upstreamModel ?? '',
    status,
    errorCode,
    stream: scan.stream,
    attempts: call.attempts,
    trail: call.trail,
    usage,
    estimated: end.estimated && usage !== NO_USAGE,
    costNanos: end.costNanos,
    providerCostNanos:
      call.besideNanos + (candidate === null || usage === NO_USAGE ? 0 : costNanos(candidate.price, usage)),
    sliceId: end.captured.sliceId,
    paidNanos: end.captured.paidNanos,
    heldNanos: end.heldNanos,
    priceText: priceText(call, end.costNanos),
    ...agentOf(request),
    ...(request.journal === 'end-only' ? { once: true } : {}),
    ...(call.auto === null ? NO_RECEIPT : receiptOf(call, call.auto, end)),
  }
}

function agentOf({ headers }: Call['request']): Pick<UsageRecord, 'userAgent'> {
  const userAgent = headers['user-agent']
  return typeof userAgent === 'string' && userAgent !== '' ? { userAgent } : NO_AGENT
}

/** Nobody has answered where nobody was asked, or all of them failed. */
function receiptOf({ route, attempts }: Call, auto: AutoRun, { status, usage }: CallEnd): Pick<UsageRecord, 'receipt'> {
  const receipt = auto.receipt(attempts > 0 && status < 500 ? route.publicId : '', usage)
  return receipt === null ? NO_RECEIPT : { receipt }
}

const NO_RECEIPT: Pick<UsageRecord, 'receipt'> = Object.freeze({})
const NO_AGENT: Pick<UsageRecord, 'userAgent'> = Object.freeze({})

/** The cost follows from it and from the usage alone, also where the provider was not believed. */
function priceText({ price, payment, request }: Call, nanos: number): string {
  const { multiplierPpm } = request.principal.pricing
  if (payment === null || nanos === 0 || nanos < payment.mostNanos) return encodePrice(price, multiplierPpm)
  return encodeLimitedPrice(price, multiplierPpm, nanos)
}
