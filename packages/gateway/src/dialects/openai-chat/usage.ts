// Token counts as OpenAI reports them, brought into our own classes.
// Source: `CompletionUsage` (chat, completions), `CreateEmbeddingResponse.usage` and `ImagesResponse.usage` of OpenAI's
// OpenAPI document. A provider may lie: every figure is clamped to a whole number from 0 to MAX_TOKENS.

import { parseSpan, scanObject } from '../../core/json-scan.ts'
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
  const cacheRead = isRecord(inputDetails)
    ? count(inputDetails['cached_tokens'])
    : count(value['prompt_cache_hit_tokens'])
  const reasoning = isRecord(outputDetails) ? count(outputDetails['reasoning_tokens']) : 0
  if (input === 0 && output === 0) return NO_USAGE
  return { input, cacheRead: Math.min(cacheRead, input), output, reasoning: Math.min(reasoning, output) }
}

/**
 * /!\ Hot path. The same from the text of a usage object, without building it; odd figures take the way above.
 * @throws {JsonScanError | SyntaxError} when the span is not a JSON object
 */
export function readUsageSpan(text: string, start: number, end: number): TokenUsage | null {
  let input = 0
  let output = 0
  let cacheRead = 0
  let reasoning = 0
  let plain = true
  const digits = (from: number, to: number): number => {
    let value = 0
    // Up to fifteen digits are exact; anything else than digits is read the slow way.
    if (to - from > 15) plain = false
    for (let index = from; index < to; index += 1) {
      const digit = text.charCodeAt(index) - 0x30
      if (digit < 0 || digit > 9) {
        plain = false
        return 0
      }
      value = value * 10 + digit
    }
    return value
  }
  const inDetails = (key: string, from: number, to: number): void => {
    if (key === 'cached_tokens') cacheRead = digits(from, to)
    else if (key === 'reasoning_tokens') reasoning = digits(from, to)
  }
  scanObject(
    text,
    start,
    (key, from, to) => {
      switch (key) {
        case 'prompt_tokens':
          input = digits(from, to)
          break
        case 'completion_tokens':
          output = digits(from, to)
          break
        case 'prompt_tokens_details':
        case 'completion_tokens_details':
          if (text.charCodeAt(from) === 0x7b) scanObject(text, from, inDetails, false)
          else plain = false
          break
        case 'total_tokens':
          break
        default:
          plain = false
      }
      return !plain
    },
    false,
  )
  if (!plain || input > MAX_TOKENS || output > MAX_TOKENS) return readUsage(parseSpan(text, start, end))
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
