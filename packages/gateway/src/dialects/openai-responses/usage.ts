// Token counts of the Responses API, which counts as we do: input includes what was cached, output includes reasoning.
// Source: `ResponseUsage` of OpenAI's OpenAPI document.

import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { readUsage as readOpenaiUsage } from '../openai-chat/usage.ts'

export function readUsage(value: unknown): TokenUsage | null {
  return readOpenaiUsage(value)
}

/** All keys are always there, and integers: Codex throws the whole event away otherwise. @param costJson US$, or null */
export function writeUsage(usage: TokenUsage, costJson: string | null): JsonObject {
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
    ...(costJson === null ? {} : { cost: JSON.rawJSON(costJson) }),
  }
}
