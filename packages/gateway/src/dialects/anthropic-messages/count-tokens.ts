import type { JsonObject } from '../../core/json.ts'

/**
 * The reply of `POST /v1/messages/count_tokens`.
 * @param inputTokens never 0 for a request that was understood: clients that read 0 never compact (H58)
 */
export function encodeTokenCount(inputTokens: number): JsonObject {
  return { input_tokens: Math.max(1, Math.round(inputTokens)) }
}
