// What Anthropic's and Google's clients take: strict shapes of replies after the types of the official SDKs
// (@anthropic-ai/sdk `Message`, @google/genai `GenerateContentResponse`). A member that is not there is a mistake. OpenAI's
// replies have a judge of their own, OpenAI's OpenAPI document.

import { z } from 'zod'

const count = z.number().int().min(0)
const anything = z.record(z.string(), z.unknown())

// --- Anthropic ---

const STOP_REASONS = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
  'compaction',
] as const

const anthropicUsage = z.strictObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
  cache_creation: z.strictObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  output_tokens_details: z.strictObject({ thinking_tokens: count }).nullish(),
  server_tool_use: z.strictObject({ web_search_requests: count, web_fetch_requests: count }).nullish(),
  service_tier: z.enum(['standard', 'priority', 'batch']).nullish(),
})

/** Blocks of tools that run at Anthropic are its own business. */
const ownBlock = z.looseObject({
  type: z.string().regex(/^(?:server_tool_use|\w+_tool_result|container_upload|mcp_tool_use|compaction|fallback)$/),
})

const block = z.union([
  z.strictObject({
    type: z.literal('text'),
    text: z.string(),
    citations: z.array(z.looseObject({ type: z.string() })).nullish(),
  }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: z.string().min(1) }),
  z.strictObject({
    type: z.literal('tool_use'),
    id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    name: z.string().min(1),
    input: anything,
    caller: anything.optional(),
  }),
  ownBlock,
])

const message = z.strictObject({
  id: z.string().min(1),
  type: z.literal('message'),
  role: z.literal('assistant'),
  model: z.literal('public-model'),
  content: z.array(block),
  stop_reason: z.enum(STOP_REASONS),
  stop_sequence: z.string().nullable(),
  stop_details: z
    .strictObject({ type: z.literal('refusal'), category: z.string().nullable(), explanation: z.string().nullable() })
    .nullish(),
  container: anything.nullish(),
  context_management: anything.nullish(),
  diagnostics: z.null(),
  usage: anthropicUsage,
})

// --- Google ---

const base64 = z.string().regex(/^[A-Za-z0-9+/_-]+=*$/)

const content = {
  text: z.string(),
  functionCall: z.strictObject({
    id: z.string().min(1).optional(),
    name: z.string().min(1),
    args: anything.optional(),
  }),
  inlineData: z.strictObject({ mimeType: z.string(), data: base64, displayName: z.string().optional() }),
  fileData: z.strictObject({ mimeType: z.string().optional(), fileUri: z.string() }),
}

const part = z.union([
  ...Object.entries(content).map(([name, shape]) =>
    z.strictObject({ [name]: shape, thought: z.literal(true).optional(), thoughtSignature: base64.optional() }),
  ),
  z.strictObject({ thoughtSignature: base64, thought: z.literal(true).optional() }),
  z.looseObject({ executableCode: anything }),
  z.looseObject({ codeExecutionResult: anything }),
  z.looseObject({ toolCall: anything }),
  z.looseObject({ toolResponse: anything }),
])

const tokenDetails = z.array(z.strictObject({ modality: z.string(), tokenCount: count.optional() }))

const generateContentResponse = z.strictObject({
  responseId: z.string().min(1),
  modelVersion: z.literal('public-model'),
  createTime: z.string().optional(),
  candidates: z
    .array(
      z.strictObject({
        index: count.optional(),
        content: z.strictObject({ role: z.literal('model'), parts: z.array(part).optional() }).optional(),
        finishReason: z
          .string()
          .regex(/^[A-Z_]+$/)
          .optional(),
        finishMessage: z.string().optional(),
        citationMetadata: anything.optional(),
        groundingMetadata: anything.optional(),
        urlContextMetadata: anything.optional(),
        logprobsResult: anything.optional(),
        avgLogprobs: z.number().optional(),
        safetyRatings: z.array(anything).optional(),
        tokenCount: count.optional(),
      }),
    )
    .optional(),
  promptFeedback: z
    .strictObject({
      blockReason: z.string(),
      blockReasonMessage: z.string().optional(),
      safetyRatings: z.array(anything).optional(),
    })
    .optional(),
  usageMetadata: z
    .strictObject({
      promptTokenCount: count.optional(),
      candidatesTokenCount: count.optional(),
      totalTokenCount: count.optional(),
      cachedContentTokenCount: count.optional(),
      thoughtsTokenCount: count.optional(),
      toolUsePromptTokenCount: count.optional(),
      promptTokensDetails: tokenDetails.optional(),
      candidatesTokensDetails: tokenDetails.optional(),
      cacheTokensDetails: tokenDetails.optional(),
      serviceTier: z.string().optional(),
      trafficType: z.string().optional(),
    })
    .optional(),
})

function flaws(shape: z.ZodType, value: unknown): string[] {
  const read = shape.safeParse(value)
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

/** @returns what is wrong, in words; empty = valid */
export function messageFlaws(value: unknown): string[] {
  return flaws(message, value)
}

export function geminiFlaws(value: unknown): string[] {
  return flaws(generateContentResponse, value)
}
