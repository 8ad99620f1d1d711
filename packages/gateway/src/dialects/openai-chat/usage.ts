// Token counts as OpenAI reports them, brought into our own classes, and written again.
// Source: `CompletionUsage` (chat, completions), `CreateEmbeddingResponse.usage` and `ImagesResponse.usage` of OpenAI's
// OpenAPI document. A provider may lie: every figure is clamped to a whole number from 0 to MAX_TOKENS.

import type { CostOf } from '../../core/dialect.ts'
import { parseSpan } from '../../core/json-scan.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import {
  chargedTier,
  MAX_TOKENS,
  NO_USAGE,
  tokenCount,
  tokenUsage,
  withExtras,
  type TokenUsage,
} from '../../core/token-usage.ts'

/** All that a reply says about its price: `usage`, the tier that served it, and how many pictures it holds. */
export function usageOfReply(reply: Readonly<Record<string, unknown>>): TokenUsage | null {
  const usage = withPictures(readUsage(reply['usage']), picturesIn(reply['data']))
  return withExtras(usage, { serviceTier: chargedTier(reply['service_tier']) })
}

/** @param images how many the reply holds */
export function withPictures(usage: TokenUsage | null, images: number): TokenUsage | null {
  if (images === 0 || usage === null || usage.imageOutput > 0) return withExtras(usage, { images })
  // GPT Image's first replies did not say what their output was; it was all pictures.
  return tokenUsage({ ...usage, imageOutput: usage.output, images })
}

/** Pictures in `ImagesResponse.data`; embeddings stand in a member of the same name. */
function picturesIn(data: unknown): number {
  if (!Array.isArray(data)) return 0
  return data.filter((entry) => isJsonObject(entry) && ('b64_json' in entry || 'url' in entry)).length
}

export function readUsage(value: unknown): TokenUsage | null {
  if (!isJsonObject(value)) return null
  const input = firstCount(value, 'prompt_tokens', 'input_tokens')
  const output = firstCount(value, 'completion_tokens', 'output_tokens')
  const inputDetails = value['prompt_tokens_details'] ?? value['input_tokens_details']
  const outputDetails = value['completion_tokens_details'] ?? value['output_tokens_details']
  // DeepSeek ("Context Caching"), Moonshot and Mistral report cache hits beside the counts.
  const cacheRead = Math.max(
    isJsonObject(inputDetails) ? tokenCount(inputDetails['cached_tokens']) : 0,
    tokenCount(value['prompt_cache_hit_tokens'] ?? value['cached_tokens'] ?? value['num_cached_tokens']),
  )
  const inputParts = isJsonObject(inputDetails) ? inputDetails : {}
  const outputParts = isJsonObject(outputDetails) ? outputDetails : {}
  const reasoning = tokenCount(outputParts['reasoning_tokens'])
  const apart = 'prompt_tokens' in value ? tokenCount(value['total_tokens']) - input - output : 0
  // xAI counts thinking beside the completion, and only its total has both. Gemini's OpenAI endpoint does the same and
  // gives no details at all. Anywhere else a total that is too large says nothing certain.
  const beside =
    apart > 0 &&
    (apart === reasoning || (!isJsonObject(inputDetails) && !isJsonObject(outputDetails) && cacheRead === 0))
  const cached = isJsonObject(inputParts['cached_tokens_details']) ? inputParts['cached_tokens_details'] : {}
  const usage = tokenUsage({
    input,
    cacheRead,
    cacheWrite5m: tokenCount(inputParts['cache_write_tokens']),
    audioInput: apartFromCache(inputParts['audio_tokens'], cached['audio_tokens']),
    imageInput: apartFromCache(inputParts['image_tokens'], cached['image_tokens']),
    output: beside ? output + apart : output,
    reasoning: beside ? apart : reasoning,
    audioOutput: tokenCount(outputParts['audio_tokens']),
    imageOutput: tokenCount(outputParts['image_tokens']),
    webSearches: searchesIn(value),
  })
  return usage.input === 0 && usage.output === 0 && usage.webSearches === 0 ? NO_USAGE : usage
}

/** Sound and pictures are counted whether or not they came from a cache. */
function apartFromCache(all: unknown, cached: unknown): number {
  return Math.max(0, tokenCount(all) - tokenCount(cached))
}

/** Searches made: OpenRouter's two ways to say it, xAI's calls or (of its older search) sources, Perplexity's queries. */
function searchesIn(usage: Record<string, unknown>): number {
  const details = usage['server_tool_use_details'] ?? usage['server_tool_use']
  if (isJsonObject(details)) return tokenCount(details['web_search_requests'])
  const calls = usage['server_side_tool_usage_details']
  if (isJsonObject(calls)) return tokenCount(calls['web_search_calls']) + tokenCount(calls['x_search_calls'])
  return tokenCount(usage['num_sources_used'] ?? usage['num_search_queries'])
}

function usageOf(
  input: number,
  cacheRead: number,
  cacheWrite5m: number,
  output: number,
  reasoning: number,
): TokenUsage {
  return input === 0 && output === 0 ? NO_USAGE : tokenUsage({ input, cacheRead, cacheWrite5m, output, reasoning })
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
    // None, nearly always: then it does not matter whose they are.
    else if (count === 0 && length === 12 && text.startsWith('audio_tokens', keyStart)) continue
    else if (length >= 26 && text.endsWith('_prediction_tokens', keyStart + length)) continue
    else return readUsage(parseSpan(text, start, end))
    if (!whole) return readUsage(parseSpan(text, start, end))
  }
  if (input > MAX_TOKENS || output > MAX_TOKENS || total > input + output) return readUsage(parseSpan(text, start, end))
  return usageOf(input, cacheRead, cacheWrite, output, reasoning)
}

/** The same as OpenAI writes it. @param cost says what it costs; null = nobody knows */
export function writeUsage(usage: TokenUsage, cost: CostOf | null): JsonObject {
  const costJson = cost?.costJson(usage) ?? null
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput } = usage
  const { output, reasoning, audioOutput, imageOutput, webSearches } = usage
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      cache_write_tokens: cacheWrite5m + cacheWrite1h,
      ...(audioInput === 0 ? {} : { audio_tokens: audioInput }),
      ...(imageInput === 0 ? {} : { image_tokens: imageInput }),
    },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      ...(audioOutput === 0 ? {} : { audio_tokens: audioOutput }),
      ...(imageOutput === 0 ? {} : { image_tokens: imageOutput }),
    },
    // As OpenRouter says it: OpenAI has no place for what it charges by the search.
    ...(webSearches === 0 ? {} : { server_tool_use_details: { web_search_requests: webSearches } }),
    ...(costJson === null ? {} : { cost: JSON.rawJSON(costJson), ...cost?.besideCost?.(usage) }),
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
