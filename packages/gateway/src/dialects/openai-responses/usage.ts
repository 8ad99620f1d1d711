// Token counts of the Responses API, which counts as we do: input includes what was cached, output includes reasoning.
// Source: `ResponseUsage` of OpenAI's OpenAPI document.

import type { CostOf } from '../../core/dialect.ts'
import { arrayOf, objectOf, type JsonObject } from '../../core/json.ts'
import { addUsage, chargedTier, tokenCount, withExtras, type TokenUsage } from '../../core/token-usage.ts'
import { readUsage } from '../openai-chat/usage.ts'

/**
 * All that a response says about its price: `usage`, the tier that served it, and what hosted tools used, which OpenAI
 * counts in `tool_usage` (pictures made) or not at all (searches; those stand in `output`).
 */
export function usageOfReply(response: Readonly<Record<string, unknown>>): TokenUsage | null {
  const usage = readUsage(response['usage'])
  const tools = objectOf(response['tool_usage'])
  const items = arrayOf(response['output']) ?? []
  const images = items.filter((item) => objectOf(item)?.['type'] === 'image_generation_call').length
  const searches = Math.max(
    tokenCount(objectOf(tools?.['web_search'])?.['num_requests']),
    items.filter((item) => isSearch(objectOf(item))).length,
  )
  const extras = { serviceTier: chargedTier(response['service_tier']), images, webSearches: searches }
  const drawn = drawnBy(objectOf(tools?.['image_gen']))
  return withExtras(usage === null || drawn === null ? (usage ?? drawn) : addUsage(usage, drawn), extras)
}

/** Opening a page that was found, and looking for words in it, is part of the search. */
function isSearch(item: JsonObject | undefined): boolean {
  if (item?.['type'] !== 'web_search_call') return false
  const action = objectOf(item['action'])
  return action === undefined || action['type'] === undefined || action['type'] === 'search'
}

/** Tokens of the picture model: they stand beside those of the model that called it. */
function drawnBy(tokens: JsonObject | undefined): TokenUsage | null {
  const usage = readUsage(tokens)
  if (usage === null || usage.input + usage.output === 0) return null
  return { ...usage, imageOutput: usage.output - usage.reasoning - usage.audioOutput }
}

/** All keys are always there, and integers: Codex throws the whole event away otherwise. @param cost says what it costs; null = nobody knows */
export function writeUsage(usage: TokenUsage, cost: CostOf | null): JsonObject {
  const costJson = cost?.costJson(usage) ?? null
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
    ...(costJson === null ? {} : { cost: JSON.rawJSON(costJson), ...cost?.besideCost?.(usage) }),
  }
}
