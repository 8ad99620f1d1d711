// `countTokens`: a request like any other, and one number back.

import type { TokenUsage } from '../../core/token-usage.ts'
import { tokenCount } from '../../core/token-usage.ts'
import { numberOf } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { modelResource } from './model-path.ts'

/** The reply for a Gemini client. */
export function encodeTokenCount({ input, cacheRead }: Pick<TokenUsage, 'input' | 'cacheRead'>): JsonObject {
  return cacheRead > 0 ? { totalTokens: input, cachedContentTokenCount: cacheRead } : { totalTokens: input }
}

/** Null when the body is no such reply. */
export function decodeTokenCount(body: JsonObject): number | null {
  const total = numberOf(body['totalTokens'])
  return total === undefined ? null : tokenCount(total)
}

/**
 * The body for an upstream. The Gemini API counts system text and tools only in a request inside the request; Vertex AI
 * takes the members as they are.
 * @param body as `encodeRequest` made it
 */
export function encodeCountRequest(body: JsonObject, model: string, service: 'gemini' | 'vertex'): JsonObject {
  if (service === 'gemini') return { generateContentRequest: { model: modelResource(model), ...body } }
  const { contents, systemInstruction, tools, generationConfig } = body
  return {
    ...(contents === undefined ? {} : { contents }),
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    ...(tools === undefined ? {} : { tools }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
  }
}
