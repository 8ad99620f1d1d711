// Token counts in Anthropic's classes and in ours. Anthropic's `input_tokens` leave out what was read from a cache and
// what was written to one; ours include both (H55). In a stream the figures are cumulative, and those that a later event
// leaves out still hold. Source: `Usage` and `MessageDeltaUsage` of the SDK's types.

import type { CostOf } from '../../core/dialect.ts'
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { chargedTier, tokenCount, tokenUsage, type TokenUsage } from '../../core/token-usage.ts'

/** Null when there is no usage object. */
export function readUsage(value: unknown): TokenUsage | null {
  const usage = objectOf(value)
  if (usage === undefined) return null
  const counter = new UsageCounter()
  counter.add(usage)
  return counter.total()
}

export class UsageCounter {
  #input = 0
  #cacheRead = 0
  #cacheWrite = 0
  #cacheWrite1h = 0
  #output = 0
  #reasoning = 0
  #besideInput = 0
  #besideOutput = 0
  #webSearches = 0
  #serviceTier = ''
  #speed = ''
  #place = ''

  /** A later object of the same answer; what it leaves out stays as it was. */
  add(usage: JsonObject): void {
    this.#input = newer(usage['input_tokens'], this.#input)
    this.#cacheRead = newer(usage['cache_read_input_tokens'], this.#cacheRead)
    this.#cacheWrite = newer(usage['cache_creation_input_tokens'], this.#cacheWrite)
    this.#output = newer(usage['output_tokens'], this.#output)
    this.#reasoning = newer(objectOf(usage['output_tokens_details'])?.['thinking_tokens'], this.#reasoning)
    const split = objectOf(usage['cache_creation'])
    if (split !== undefined) {
      this.#cacheWrite1h = newer(split['ephemeral_1h_input_tokens'], this.#cacheWrite1h)
      const short = newer(split['ephemeral_5m_input_tokens'], 0)
      this.#cacheWrite = Math.max(this.#cacheWrite, short + this.#cacheWrite1h)
    }
    const iterations = arrayOf(usage['iterations'])
    if (iterations !== undefined) this.#addBeside(iterations)
    this.#webSearches = newer(objectOf(usage['server_tool_use'])?.['web_search_requests'], this.#webSearches)
    this.#serviceTier = chargedTier(usage['service_tier']) || this.#serviceTier
    this.#speed = chargedTier(usage['speed']) || this.#speed
    this.#place = chargedPlace(usage['inference_geo']) || this.#place
  }

  /**
   * Compacting a long past, and asking an advisor, is billed, but stands beside the totals ("Compaction", "Advisor tool",
   * sections on usage).
   */
  #addBeside(iterations: readonly JsonValue[]): void {
    this.#besideInput = 0
    this.#besideOutput = 0
    for (const entry of iterations) {
      const iteration = objectOf(entry)
      if (iteration === undefined || !BESIDE.has(stringOf(iteration['type']) ?? '')) continue
      this.#besideInput += newer(iteration['input_tokens'], 0)
      this.#besideOutput += newer(iteration['output_tokens'], 0)
    }
  }

  total(): TokenUsage {
    const cacheWrite1h = Math.min(this.#cacheWrite1h, this.#cacheWrite)
    return tokenUsage({
      input: this.#input + this.#besideInput + this.#cacheRead + this.#cacheWrite,
      cacheRead: this.#cacheRead,
      cacheWrite5m: this.#cacheWrite - cacheWrite1h,
      cacheWrite1h,
      output: this.#output + this.#besideOutput,
      reasoning: this.#reasoning,
      webSearches: this.#webSearches,
      serviceTier: [this.#serviceTier, this.#speed, this.#place].filter((word) => word !== '').join('+'),
    })
  }
}

const BESIDE: ReadonlySet<string> = new Set(['compaction', 'advisor_message'])

/** Serving in one place only has its price ("Data residency"); anywhere (`global`) has not. */
function chargedPlace(value: JsonValue | undefined): string {
  const place = chargedTier(value)
  return place === 'global' || place === 'not_available' ? '' : place
}

function newer(value: JsonValue | undefined, before: number): number {
  const count = numberOf(value)
  return count === undefined ? before : tokenCount(count)
}

/** @param cost says what it costs; null = nobody knows */
export function writeUsage(usage: TokenUsage, cost: CostOf | null): JsonObject {
  const costJson = cost?.costJson(usage) ?? null
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, webSearches } = usage
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite5m - cacheWrite1h),
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: reasoning },
    ...(webSearches === 0 ? {} : { server_tool_use: { web_search_requests: webSearches, web_fetch_requests: 0 } }),
    ...(costJson === null ? {} : { cost: JSON.rawJSON(costJson), ...cost?.besideCost?.(usage) }),
  }
}
