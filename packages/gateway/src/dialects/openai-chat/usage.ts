// Token counts as OpenAI reports them, brought into our own classes.
// Source: `CompletionUsage` (chat, completions), `CreateEmbeddingResponse.usage` and `ImagesResponse.usage` of OpenAI's
// OpenAPI document. A provider may lie: every figure is clamped to a whole number from 0 to MAX_TOKENS.

import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'

/** Above any context window; a larger figure is a provider's mistake. */
export const MAX_TOKENS = 100_000_000

export function readUsage(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null
  const input = firstCount(value, 'prompt_tokens', 'input_tokens')
  const output = firstCount(value, 'completion_tokens', 'output_tokens')
  const inputDetails = value['prompt_tokens_details'] ?? value['input_tokens_details']
  const outputDetails = value['completion_tokens_details'] ?? value['output_tokens_details']
  // DeepSeek reports cache hits at the top level (api-docs.deepseek.com, "Context Caching").
  const cacheRead = isRecord(inputDetails) ? count(inputDetails['cached_tokens']) : count(value['prompt_cache_hit_tokens'])
  const reasoning = isRecord(outputDetails) ? count(outputDetails['reasoning_tokens']) : 0
  if (input === 0 && output === 0) return NO_USAGE
  return { input, cacheRead: Math.min(cacheRead, input), output, reasoning: Math.min(reasoning, output) }
}

function firstCount(value: Record<string, unknown>, first: string, second: string): number {
  return first in value ? count(value[first]) : count(value[second])
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0)) return 0
  return Math.min(Math.floor(value), MAX_TOKENS)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
