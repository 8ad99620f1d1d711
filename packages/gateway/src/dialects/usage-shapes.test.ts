// Every shape in which an upstream says what a call used, and the same in our classes. The figures are of recorded replies
// and of the vendors' documentation.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isJsonObject, objectOf, parseJson, type JsonObject } from '../core/json.ts'
import { NO_USAGE, tokenUsage, type TokenUsage } from '../core/token-usage.ts'
import { readUsage as anthropic } from './anthropic-messages/usage.ts'
import { usageOfReply as bedrock } from './bedrock-converse/usage.ts'
import { readUsage as geminiCounts, usageOfReply as gemini } from './gemini/usage.ts'
import { readUsage as openai, usageOfReply as chat } from './openai-chat/usage.ts'
import { usageOfReply as responses } from './openai-responses/usage.ts'
import { PASS_DIALECTS, type ClientDialectName } from './pass-dialects.ts'
import { NO_TRUTH } from './pass-facts.ts'

type Shape = readonly [name: string, reply: JsonObject, expected: Partial<TokenUsage>]

const CHAT: readonly Shape[] = [
  [
    'OpenAI, with sound in and out',
    {
      usage: {
        prompt_tokens: 320,
        completion_tokens: 300,
        total_tokens: 620,
        prompt_tokens_details: { cached_tokens: 64, audio_tokens: 240 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 90 },
      },
    },
    { input: 320, cacheRead: 64, audioInput: 240, output: 300, audioOutput: 90 },
  ],
  [
    'OpenAI, with sound that came from a cache',
    {
      usage: {
        prompt_tokens: 320,
        completion_tokens: 10,
        prompt_tokens_details: {
          cached_tokens: 200,
          audio_tokens: 240,
          cached_tokens_details: { text_tokens: 20, audio_tokens: 180 },
        },
      },
    },
    { input: 320, cacheRead: 200, audioInput: 60, output: 10 },
  ],
  [
    'OpenAI, with a cache that was written',
    {
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 10,
        prompt_tokens_details: { cached_tokens: 300, cache_write_tokens: 200 },
      },
    },
    { input: 1000, cacheRead: 300, cacheWrite5m: 200, output: 10 },
  ],
  [
    'OpenAI, flex',
    { service_tier: 'flex', usage: { prompt_tokens: 9, completion_tokens: 3 } },
    { input: 9, output: 3, serviceTier: 'flex' },
  ],
  [
    'OpenAI, the usual tier',
    { service_tier: 'default', usage: { prompt_tokens: 9, completion_tokens: 3 } },
    { input: 9, output: 3 },
  ],
  [
    'Groq, the usual tier',
    { service_tier: 'on_demand', usage: { prompt_tokens: 9, completion_tokens: 3 } },
    { input: 9, output: 3 },
  ],
  [
    'xAI, whose thinking only the total has, with sources found',
    {
      usage: {
        prompt_tokens: 291,
        completion_tokens: 26,
        total_tokens: 506,
        prompt_tokens_details: { text_tokens: 291, audio_tokens: 0, image_tokens: 0, cached_tokens: 244 },
        completion_tokens_details: { reasoning_tokens: 189, audio_tokens: 0 },
        num_sources_used: 4,
      },
    },
    { input: 291, cacheRead: 244, output: 215, reasoning: 189, webSearches: 4 },
  ],
  [
    'OpenRouter, with a search',
    {
      usage: {
        prompt_tokens: 2315,
        completion_tokens: 40,
        total_tokens: 2355,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0, audio_tokens: 0 },
        server_tool_use_details: { tool_calls_executed: 1, tool_calls_requested: 1, web_search_requests: 1 },
      },
    },
    { input: 2315, output: 40, webSearches: 1 },
  ],
  [
    'OpenRouter, with pictures made in a chat',
    { usage: { prompt_tokens: 9, completion_tokens: 1300, completion_tokens_details: { image_tokens: 1290 } } },
    { input: 9, output: 1300, imageOutput: 1290 },
  ],
  [
    'Perplexity, with queries',
    { usage: { prompt_tokens: 9, completion_tokens: 30, num_search_queries: 3 } },
    { input: 9, output: 30, webSearches: 3 },
  ],
  [
    'DeepSeek, with a cache',
    {
      usage: {
        prompt_tokens: 495,
        completion_tokens: 144,
        total_tokens: 639,
        prompt_tokens_details: { cached_tokens: 320 },
        completion_tokens_details: { reasoning_tokens: 118 },
        prompt_cache_hit_tokens: 320,
        prompt_cache_miss_tokens: 175,
      },
    },
    { input: 495, cacheRead: 320, output: 144, reasoning: 118 },
  ],
  [
    'Mistral, with a cache',
    { usage: { prompt_tokens: 77, completion_tokens: 12, total_tokens: 89, num_cached_tokens: 76 } },
    { input: 77, cacheRead: 76, output: 12 },
  ],
  ['embeddings', { data: [{ embedding: [0.5] }], usage: { prompt_tokens: 8, total_tokens: 8 } }, { input: 8 }],
  [
    'GPT Image, before it told text from pictures in its output',
    {
      data: [{ b64_json: 'a' }, { b64_json: 'b' }],
      usage: {
        total_tokens: 4200,
        input_tokens: 40,
        output_tokens: 4160,
        input_tokens_details: { text_tokens: 10, image_tokens: 30 },
      },
    },
    { input: 40, imageInput: 30, output: 4160, imageOutput: 4160, images: 2 },
  ],
  [
    'GPT Image',
    {
      data: [{ b64_json: 'a' }],
      usage: {
        total_tokens: 4220,
        input_tokens: 40,
        output_tokens: 4180,
        input_tokens_details: { text_tokens: 40, image_tokens: 0 },
        output_tokens_details: { text_tokens: 20, image_tokens: 4160 },
      },
    },
    { input: 40, output: 4180, imageOutput: 4160, images: 1 },
  ],
  [
    'DALL-E, which counts no tokens',
    { created: 1, data: [{ url: 'https://a.example/1' }, { url: 'https://a.example/2' }] },
    { images: 2 },
  ],
]

const RESPONSES: readonly Shape[] = [
  [
    'OpenAI',
    {
      service_tier: 'priority',
      usage: {
        input_tokens: 2941,
        input_tokens_details: { cached_tokens: 1920, cache_write_tokens: 21 },
        output_tokens: 1249,
        output_tokens_details: { reasoning_tokens: 1024 },
        total_tokens: 4190,
      },
    },
    { input: 2941, cacheRead: 1920, cacheWrite5m: 21, output: 1249, reasoning: 1024, serviceTier: 'priority' },
  ],
  [
    'searches, of which looking into a page is a part',
    {
      output: [
        { type: 'web_search_call', action: { type: 'search', query: 'a' } },
        { type: 'web_search_call', action: { type: 'open_page', url: 'https://a.example' } },
        { type: 'web_search_call', status: 'completed' },
        { type: 'message' },
      ],
      usage: { input_tokens: 10, output_tokens: 5 },
      tool_usage: { web_search: { num_requests: 0 } },
    },
    { input: 10, output: 5, webSearches: 2 },
  ],
  [
    'a picture, whose tokens stand beside the others',
    {
      output: [{ type: 'image_generation_call', result: 'a' }],
      usage: { input_tokens: 100, output_tokens: 50 },
      tool_usage: {
        image_gen: {
          input_tokens: 40,
          input_tokens_details: { image_tokens: 30, text_tokens: 10 },
          output_tokens: 4160,
          total_tokens: 4200,
        },
        web_search: { num_requests: 3 },
      },
    },
    { input: 140, imageInput: 30, output: 4210, imageOutput: 4160, images: 1, webSearches: 3 },
  ],
  [
    'xAI',
    {
      usage: {
        input_tokens: 27_236,
        input_tokens_details: { cached_tokens: 4585 },
        output_tokens: 3077,
        output_tokens_details: { reasoning_tokens: 1091 },
        num_sources_used: 0,
        server_side_tool_usage_details: { web_search_calls: 2, x_search_calls: 1 },
      },
    },
    { input: 27_236, cacheRead: 4585, output: 3077, reasoning: 1091, webSearches: 3 },
  ],
]

const GEMINI: readonly Shape[] = [
  [
    'text',
    {
      usageMetadata: {
        promptTokenCount: 29,
        candidatesTokenCount: 15,
        totalTokenCount: 937,
        thoughtsTokenCount: 893,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 29 }],
      },
    },
    { input: 29, output: 908, reasoning: 893 },
  ],
  [
    'sound, pictures and a cache of which each is a part',
    {
      usageMetadata: {
        promptTokenCount: 20_000,
        cachedContentTokenCount: 17_379,
        cacheTokensDetails: [
          { modality: 'AUDIO', tokenCount: 1881 },
          { modality: 'TEXT', tokenCount: 15 },
          { modality: 'VIDEO', tokenCount: 15_483 },
        ],
        promptTokensDetails: [
          { modality: 'AUDIO', tokenCount: 1981 },
          { modality: 'IMAGE', tokenCount: 258 },
          { modality: 'VIDEO', tokenCount: 15_483 },
        ],
        candidatesTokenCount: 1300,
        candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
        totalTokenCount: 21_300,
      },
    },
    { input: 20_000, cacheRead: 17_379, audioInput: 100, imageInput: 258, output: 1300, imageOutput: 1290 },
  ],
  [
    'speech',
    {
      usageMetadata: {
        promptTokenCount: 9,
        candidatesTokenCount: 500,
        totalTokenCount: 509,
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 500 }],
      },
    },
    { input: 9, output: 500, audioOutput: 500 },
  ],
  [
    'tools of its own that read',
    {
      usageMetadata: {
        promptTokenCount: 15,
        candidatesTokenCount: 18,
        totalTokenCount: 1545,
        toolUsePromptTokenCount: 770,
        thoughtsTokenCount: 742,
      },
    },
    { input: 785, output: 760, reasoning: 742 },
  ],
  [
    'flex',
    { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6, serviceTier: 'flex' } },
    { input: 5, output: 1, serviceTier: 'flex' },
  ],
  [
    'Vertex AI, flex',
    {
      usageMetadata: {
        promptTokenCount: 5,
        candidatesTokenCount: 1,
        totalTokenCount: 6,
        trafficType: 'ON_DEMAND_FLEX',
      },
    },
    { input: 5, output: 1, serviceTier: 'flex' },
  ],
  [
    'Vertex AI, the usual tier',
    { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6, trafficType: 'ON_DEMAND' } },
    { input: 5, output: 1 },
  ],
  [
    'Vertex AI, paid for beforehand',
    {
      usageMetadata: {
        promptTokenCount: 5,
        candidatesTokenCount: 1,
        totalTokenCount: 6,
        trafficType: 'PROVISIONED_THROUGHPUT',
      },
    },
    { input: 5, output: 1, serviceTier: 'provisioned' },
  ],
  ...(
    [
      ['gemini-2.5-pro', 1],
      ['gemini-3-pro', 3],
    ] as const
  ).map(([modelVersion, webSearches]): Shape => [
    `searches of ${modelVersion}`,
    {
      modelVersion,
      candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6 },
    },
    { input: 5, output: 1, webSearches },
  ]),
]

const ANTHROPIC: readonly Shape[] = [
  [
    'both lives of a cache',
    {
      usage: {
        input_tokens: 51,
        cache_read_input_tokens: 30_464,
        cache_creation_input_tokens: 3337,
        cache_creation: { ephemeral_5m_input_tokens: 3068, ephemeral_1h_input_tokens: 269 },
        output_tokens: 1699,
        output_tokens_details: { thinking_tokens: 139 },
        service_tier: 'standard',
        inference_geo: 'not_available',
      },
    },
    { input: 33_852, cacheRead: 30_464, cacheWrite5m: 3068, cacheWrite1h: 269, output: 1699, reasoning: 139 },
  ],
  [
    'searches, in one place, faster',
    {
      usage: {
        input_tokens: 10,
        output_tokens: 5,
        server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
        service_tier: 'priority',
        speed: 'fast',
        inference_geo: 'us',
      },
    },
    { input: 10, output: 5, webSearches: 2, serviceTier: 'priority+fast+us' },
  ],
  [
    'what an advisor read and said, which stands beside the totals',
    {
      usage: {
        input_tokens: 4727,
        output_tokens: 3391,
        iterations: [
          { type: 'message', input_tokens: 1051, output_tokens: 35 },
          { type: 'advisor_message', model: 'claude-opus-4-7', input_tokens: 2728, output_tokens: 3880 },
          { type: 'message', input_tokens: 3676, output_tokens: 3356 },
        ],
      },
    },
    { input: 7455, output: 7271 },
  ],
]

const BEDROCK: readonly Shape[] = [
  [
    'both lives of a cache',
    {
      usage: {
        inputTokens: 22,
        cacheReadInputTokens: 1504,
        cacheWriteInputTokens: 2387,
        cacheDetails: [
          { ttl: '1h', inputTokens: 387 },
          { ttl: '5m', inputTokens: 2000 },
        ],
        outputTokens: 57,
        totalTokens: 3970,
      },
    },
    { input: 3913, cacheRead: 1504, cacheWrite5m: 2000, cacheWrite1h: 387, output: 57 },
  ],
  [
    'a tier',
    { usage: { inputTokens: 1, outputTokens: 1 }, serviceTier: { type: 'priority' } },
    { input: 1, output: 1, serviceTier: 'priority' },
  ],
  [
    'the usual tier',
    { usage: { inputTokens: 1, outputTokens: 1 }, serviceTier: { type: 'default' } },
    { input: 1, output: 1 },
  ],
  [
    'quicker',
    { usage: { inputTokens: 1, outputTokens: 1 }, performanceConfig: { latency: 'optimized' } },
    { input: 1, output: 1, serviceTier: 'optimized' },
  ],
]

const READERS: readonly (readonly [string, readonly Shape[], (reply: JsonObject) => TokenUsage | null])[] = [
  ['chat', CHAT, chat],
  ['Responses', RESPONSES, responses],
  ['Gemini', GEMINI, gemini],
  ['Anthropic', ANTHROPIC, (reply) => anthropic(reply['usage'])],
  ['Bedrock', BEDROCK, bedrock],
]

describe.each(READERS)('usage of %s', (_dialect, shapes, read) => {
  it.each(shapes)('%s', (_name, reply, expected) => {
    expect(read(reply)).toEqual(tokenUsage(expected))
  })
})

const PASSED: readonly (readonly [ClientDialectName, readonly Shape[]])[] = [
  ['openai-chat', CHAT],
  ['openai-responses', RESPONSES],
  ['gemini', GEMINI],
  ['anthropic-messages', ANTHROPIC],
]

describe.each(PASSED)('the same in %s, where the bytes pass through', (dialect, shapes) => {
  it.each(shapes)('%s', (_name, reply, expected) => {
    for (const [model, text] of [
      ['', JSON.stringify(reply)],
      ['m', JSON.stringify({ id: 'a', object: 'b', model: 'm', ...reply })],
      ['m', JSON.stringify({ ...reply, model: 'm' }, null, 2)],
    ] as const) {
      const scanned = PASS_DIALECTS[dialect].scanReply(text, '"public"', NO_TRUTH)
      expect(scanned?.usage, model).toEqual(tokenUsage(expected))
    }
  })
})

describe('usage', () => {
  it('with parts that do not fit into their whole is cut to what fits', () => {
    const lie = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 8, audio_tokens: 90 },
      completion_tokens_details: { reasoning_tokens: 90, audio_tokens: 9 },
    }
    expect(openai(lie)).toEqual(tokenUsage({ input: 10, cacheRead: 8, audioInput: 2, output: 5, reasoning: 5 }))
    expect(geminiCounts({ promptTokenCount: 5, cachedContentTokenCount: 50, candidatesTokenCount: 1 })).toMatchObject({
      cacheRead: 5,
    })
  })

  it('in numbers that JSON spells in other ways is the same', () => {
    const usage = objectOf(parseJson('{"prompt_tokens":10.0,"completion_tokens":1e3}'))
    expect(openai(usage)).toEqual(tokenUsage({ input: 10, output: 1000 }))
  })

  it.each([-5, NaN, Infinity, 1e300, '7', null])(
    'of %j tokens is never less than nothing, or more than any context',
    (count) => {
      const usage = openai({ prompt_tokens: count, completion_tokens: count }) ?? NO_USAGE
      expect(usage.input).toBeGreaterThanOrEqual(0)
      expect(usage.output).toBeLessThanOrEqual(100_000_000)
    },
  )
})

const RECORDED = join(import.meta.dirname, '../../../../../shared/data/fixtures')
const found = recordedReplies()

describe.skipIf(found.length === 0)('recorded usage (../shared/data; skipped where it is absent)', () => {
  it('is whole: what the vendor adds up is what we have', () => {
    expect(found.length).toBeGreaterThan(300)
    for (const { file, reply } of found) {
      const { usage, total } = readAny(reply)
      if (usage === null || total === undefined) continue
      const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput, output, reasoning } = usage
      expect(cacheRead + cacheWrite5m + cacheWrite1h + audioInput + imageInput, file).toBeLessThanOrEqual(input)
      expect(reasoning, file).toBeLessThanOrEqual(output)
      expect(input + output, file).toBe(total)
    }
  })
})

function readAny(reply: JsonObject): { readonly usage: TokenUsage | null; readonly total: unknown } {
  const counts = objectOf(reply['usage'])
  const google = objectOf(reply['usageMetadata'])
  if (google !== undefined) return { usage: gemini(reply), total: google['totalTokenCount'] }
  if (counts?.['inputTokens'] !== undefined) return { usage: bedrock(reply), total: counts['totalTokens'] }
  if (counts?.['cache_read_input_tokens'] !== undefined) return { usage: anthropic(counts), total: undefined }
  if (reply['output'] !== undefined)
    return { usage: responses({ ...reply, tool_usage: undefined }), total: counts?.['total_tokens'] }
  return { usage: chat(reply), total: counts?.['total_tokens'] }
}

/** Every object with usage in a recorded reply that is JSON. */
function recordedReplies(): { readonly file: string; readonly reply: JsonObject }[] {
  const replies: { readonly file: string; readonly reply: JsonObject }[] = []
  let files: string[] = []
  try {
    files = readdirSync(RECORDED, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  } catch {
    return []
  }
  for (const file of files) {
    let recording: unknown
    try {
      recording = parseJson(readFileSync(join(RECORDED, file), 'utf8'))
    } catch {
      continue
    }
    const interactions: unknown = isJsonObject(recording) ? recording['interactions'] : undefined
    const bodies = Array.isArray(interactions)
      ? interactions.map((one: unknown) => objectOf(objectOf(objectOf(one)?.['response'])?.['parsed_body']))
      : [objectOf(recording)]
    for (const body of bodies) {
      if (body === undefined) continue
      if (isJsonObject(body['usage']) || isJsonObject(body['usageMetadata'])) replies.push({ file, reply: body })
    }
  }
  return replies
}
