// Token counts as OpenAI reports them, brought into our own classes, and written again.
// Source: `CompletionUsage` (chat, completions), `CreateEmbeddingResponse.usage` and `ImagesResponse.usage` of OpenAI's
// OpenAPI document. A provider may lie: every figure is clamped to a whole number from 0 to MAX_TOKENS.

import { parseSpan } from '../../core/json-scan.ts'
import type { JsonObject } from '../../core/json.ts'
import { MAX_TOKENS, NO_USAGE, tokenCount, type TokenUsage } from '../../core/token-usage.ts'

export function readUsage(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null
  const input = firstCount(value, 'prompt_tokens', 'input_tokens')
  const output = firstCount(value, 'completion_tokens', 'output_tokens')
  const inputDetails = value['prompt_tokens_details'] ?? value['input_tokens_details']
  const outputDetails = value['completion_tokens_details'] ?? value['output_tokens_details']
  // DeepSeek ("Context Caching"), Moonshot and Mistral report cache hits beside the counts.
  const cacheRead = Math.max(
    isRecord(inputDetails) ? tokenCount(inputDetails['cached_tokens']) : 0,
    tokenCount(value['prompt_cache_hit_tokens'] ?? value['cached_tokens'] ?? value['num_cached_tokens']),
  )
  const cacheWrite = isRecord(inputDetails) ? tokenCount(inputDetails['cache_write_tokens']) : 0
  const reasoning = isRecord(outputDetails) ? tokenCount(outputDetails['reasoning_tokens']) : 0
  const apart = 'prompt_tokens' in value ? tokenCount(value['total_tokens']) - input - output : 0
  // xAI counts thinking beside the completion, and only its total has both. Gemini's OpenAI endpoint does the same and
  // gives no details at all. Anywhere else a total that is too large says nothing certain.
  if (apart > 0 && (apart === reasoning || (!isRecord(inputDetails) && !isRecord(outputDetails) && cacheRead === 0))) {
    return usageOf(input, cacheRead, cacheWrite, output + apart, apart)
  }
  return usageOf(input, cacheRead, cacheWrite, output, reasoning)
}

function usageOf(input: number, cacheRead: number, cacheWrite: number, output: number, reasoning: number): TokenUsage {
  if (input === 0 && output === 0) return NO_USAGE
  const read = Math.min(cacheRead, input)
  return {
    input,
    cacheRead: read,
    cacheWrite5m: Math.min(cacheWrite, input - read),
    cacheWrite1h: 0,
    output,
    reasoning: Math.min(reasoning, output),
  }
}

/**
 * /!\ Hot path. The same from the text of a usage object whose end was found already, without building it: one walk
 * over its characters. Anything but whole numbers in the usual places takes the way above.
 * @throws {SyntaxError} when the span is not a JSON object
 */
export function readUsageSpan(text: string, start: number, end: number): TokenUsage | null {
  let input = 0
  let output = 0
  let cacheRead = 0
  let cacheWrite = 0
  let reasoning = 0
  let total = 0
  for (let at = start + 1; at < end; at += 1) {
    if (text.charCodeAt(at) !== QUOTE) continue
    const keyStart = at + 1
    at = text.indexOf('"', keyStart)
    const length = at - keyStart
    let value = at + 1
    if (text.charCodeAt(value) !== COLON) return readUsage(parseSpan(text, start, end))
    value += 1
    if (text.charCodeAt(value) === SPACE) value += 1
    const first = text.charCodeAt(value)
    // An object of details: its own members come next in the same walk.
    if (first === OPEN_BRACE) {
      at = value
      continue
    }
    let count = 0
    let index = value
    for (; ; index += 1) {
      const digit = text.charCodeAt(index) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      count = count * 10 + digit
    }
    const next = text.charCodeAt(index)
    const whole = index > value && index - value <= 9 && (next === COMMA || next === CLOSE_BRACE || next === SPACE)
    at = index - 1
    if (length === 13 && text.startsWith('prompt_tokens', keyStart)) input = count
    else if (length === 17 && text.startsWith('completion_tokens', keyStart)) output = count
    else if (length === 13 && text.startsWith('cached_tokens', keyStart)) cacheRead = Math.max(cacheRead, count)
    else if (length === 16 && text.startsWith('reasoning_tokens', keyStart)) reasoning = count
    else if (length === 18 && text.startsWith('cache_write_tokens', keyStart)) cacheWrite = count
    else if (length === 12 && text.startsWith('total_tokens', keyStart)) total = count
    else if (length === 12 && text.startsWith('audio_tokens', keyStart)) continue
    else if (length >= 26 && text.endsWith('_prediction_tokens', keyStart + length)) continue
    else return readUsage(parseSpan(text, start, end))
    if (!whole) return readUsage(parseSpan(text, start, end))
  }
  if (input > MAX_TOKENS || output > MAX_TOKENS || total > input + output) return readUsage(parseSpan(text, start, end))
  return usageOf(input, cacheRead, cacheWrite, output, reasoning)
}

/** The same as OpenAI writes it. @param costJson US$ as a JSON number; null = not known */
export function writeUsage(usage: TokenUsage, costJson: string | null): JsonObject {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite5m + cacheWrite1h },
    completion_tokens_details: { reasoning_tokens: reasoning },
    ...(costJson === null ? {} : { cost: JSON.rawJSON(costJson) }),
  }
}

const QUOTE = 0x22
const COLON = 0x3a
const COMMA = 0x2c
const SPACE = 0x20
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

function firstCount(value: Record<string, unknown>, first: string, second: string): number {
  return first in value ? tokenCount(value[first]) : tokenCount(value[second])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
