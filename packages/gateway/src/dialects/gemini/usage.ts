// Token counts. Gemini's prompt count includes what came from a cache, but not what its own tools read; its candidates
// count excludes thoughts (H55).

import { numberOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { tokenCount } from '../../core/token-usage.ts'
import type { TokenUsage } from '../../core/token-usage.ts'

/** @param usage `usageMetadata`; null when it holds no counts (`{"trafficType":…}` alone) */
export function readUsage(usage: JsonObject): TokenUsage | null {
  const prompt = numberOf(usage['promptTokenCount'])
  const candidates = numberOf(usage['candidatesTokenCount'])
  if (prompt === undefined && candidates === undefined && usage['totalTokenCount'] === undefined) return null
  const thoughts = tokenCount(numberOf(usage['thoughtsTokenCount']))
  const input = tokenCount(prompt) + tokenCount(numberOf(usage['toolUsePromptTokenCount']))
  return {
    input,
    cacheRead: Math.min(tokenCount(numberOf(usage['cachedContentTokenCount'])), input),
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: tokenCount(candidates) + thoughts,
    reasoning: thoughts,
  }
}

/** Only members that Google defines: its Python SDK refuses a reply with others, so there is no `cost` here. */
export function writeUsage(usage: TokenUsage, serviceTier?: string): JsonObject {
  const tier = serviceTier === undefined ? undefined : tierToGoogle(serviceTier)
  const counts: { [name: string]: JsonValue } = {
    promptTokenCount: usage.input,
    candidatesTokenCount: usage.output - usage.reasoning,
    totalTokenCount: usage.input + usage.output,
  }
  if (usage.cacheRead > 0) counts['cachedContentTokenCount'] = usage.cacheRead
  if (usage.reasoning > 0) counts['thoughtsTokenCount'] = usage.reasoning
  if (tier !== undefined) counts['serviceTier'] = tier
  return counts
}

const TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['standard', 'standard'],
  ['standard_only', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

/** Google's word for a service tier; undefined when it has none. */
export function tierToGoogle(tier: string): string | undefined {
  return TIERS.get(tier)
}

export function tierFromGoogle(value: JsonValue | undefined): string | undefined {
  const tier = stringOf(value)?.toLowerCase()
  if (tier === undefined || tier === '' || tier === 'unspecified') return undefined
  return tier === 'standard' ? 'default' : tier
}
