// Token counts as Converse reports them, brought into our own classes (H55).
// Source: `TokenUsage` and `CacheDetail` of AWS's Bedrock runtime model: `inputTokens` leaves out what the cache took
// part in, in both directions, as Anthropic's own API does. Reasoning is part of `outputTokens` and not told apart.

import { arrayOf, numberOf, objectOf } from '../../core/json.ts'
import { chargedTier, type TokenUsage, tokenCount, tokenUsage, withExtras } from '../../core/token-usage.ts'

export function readUsage(value: unknown): TokenUsage | null {
  const usage = objectOf(value)
  if (usage === undefined) return null
  const cacheRead = countOf(usage['cacheReadInputTokens'] ?? usage['cacheReadInputTokenCount'])
  const told = countOf(usage['cacheWriteInputTokens'] ?? usage['cacheWriteInputTokenCount'])
  let fiveMinutes = 0
  let oneHour = 0
  for (const entry of arrayOf(usage['cacheDetails']) ?? []) {
    const detail = objectOf(entry)
    if (detail?.['ttl'] === '1h') oneHour += countOf(detail['inputTokens'])
    else fiveMinutes += countOf(detail?.['inputTokens'])
  }
  const cacheWrite = Math.max(told, fiveMinutes + oneHour)
  return tokenUsage({
    input: tokenCount(countOf(usage['inputTokens']) + cacheRead + cacheWrite),
    cacheRead,
    cacheWrite5m: cacheWrite - oneHour,
    cacheWrite1h: oneHour,
    output: countOf(usage['outputTokens']),
  })
}

/** All that a reply, or the last event of a stream, says about its price: its usage, and how it was served. */
export function usageOfReply(reply: Readonly<Record<string, unknown>>): TokenUsage | null {
  const tier = chargedTier(objectOf(reply['serviceTier'])?.['type'])
  const latency = objectOf(reply['performanceConfig'])?.['latency']
  const serviceTier = latency === 'optimized' ? [tier, latency].filter((word) => word !== '').join('+') : tier
  return withExtras(readUsage(reply['usage']), { serviceTier })
}

function countOf(value: unknown): number {
  return tokenCount(numberOf(value))
}
