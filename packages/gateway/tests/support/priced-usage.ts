// What providers report about one call, in each one's own shape, and what of it is paid for as what, counted by hand.
// Shapes follow the vendors' documentation (OpenAI's and Anthropic's OpenAPI documents and SDK types, Google's and AWS's
// references, the vendors' pages on caching, reasoning and hosted tools); figures are ours.
import { UsageCounter } from '../../src/dialects/anthropic-messages/usage.ts'
import { readUsage as readMessages } from '../../src/dialects/anthropic-messages/usage.ts'
import { usageOfReply as ofConverse } from '../../src/dialects/bedrock-converse/usage.ts'
import { usageOfReply as ofGemini } from '../../src/dialects/gemini/usage.ts'
import { usageOfReply as ofChat } from '../../src/dialects/openai-chat/usage.ts'
import { usageOfReply as ofResponses } from '../../src/dialects/openai-responses/usage.ts'
import { NO_USAGE, type TokenUsage } from '../../src/core/token-usage.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** What is paid for: each token in one class only. */
export interface Paid {
  readonly input?: number
  readonly cached?: number
  readonly write5m?: number
  readonly write1h?: number
  readonly audioIn?: number
  readonly imageIn?: number
  readonly output?: number
  readonly reasoning?: number
  readonly audioOut?: number
  readonly imageOut?: number
  readonly pictures?: number
  readonly searches?: number
  readonly tier?: string
}

export interface UsageRow {
  readonly name: string
  readonly usage: TokenUsage
  readonly paid: Paid
}

function chat(name: string, usage: JsonObject | null, paid: Paid, more: JsonObject = {}): UsageRow {
  return { name: `chat: ${name}`, usage: ofChat({ usage, ...more }) ?? NO_USAGE, paid }
}

function responses(name: string, usage: JsonObject, paid: Paid, more: JsonObject = {}): UsageRow {
  return { name: `responses: ${name}`, usage: ofResponses({ usage, ...more }) ?? NO_USAGE, paid }
}

function messages(name: string, usage: JsonObject, paid: Paid): UsageRow {
  return { name: `messages: ${name}`, usage: readMessages(usage) ?? NO_USAGE, paid }
}

function messagesStream(name: string, events: readonly JsonObject[], paid: Paid): UsageRow {
  const counter = new UsageCounter()
  for (const event of events) counter.add(event)
  return { name: `messages stream: ${name}`, usage: counter.total(), paid }
}

function gemini(name: string, usageMetadata: JsonObject, paid: Paid, more: JsonObject = {}): UsageRow {
  return { name: `gemini: ${name}`, usage: ofGemini({ usageMetadata, ...more }) ?? NO_USAGE, paid }
}

function converse(name: string, usage: JsonObject, paid: Paid, more: JsonObject = {}): UsageRow {
  return { name: `converse: ${name}`, usage: ofConverse({ usage, ...more }) ?? NO_USAGE, paid }
}

const CHAT_ROWS: readonly UsageRow[] = [
  chat('OpenAI, plain', { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 }, { input: 19, output: 10 }),
  chat(
    'OpenAI, all details at nought',
    {
      prompt_tokens: 19,
      completion_tokens: 10,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    { input: 19, output: 10 },
  ),
  chat(
    'OpenAI, most of the prompt cached',
    {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920 },
    },
    { input: 86, cached: 1920, output: 300 },
  ),
  chat(
    'OpenAI, reasoning',
    {
      prompt_tokens: 75,
      completion_tokens: 1186,
      total_tokens: 1261,
      completion_tokens_details: { reasoning_tokens: 1024 },
    },
    { input: 75, output: 162, reasoning: 1024 },
  ),
  chat(
    'OpenAI, cached and reasoning',
    {
      prompt_tokens: 5000,
      completion_tokens: 900,
      total_tokens: 5900,
      prompt_tokens_details: { cached_tokens: 4096 },
      completion_tokens_details: { reasoning_tokens: 640 },
    },
    { input: 904, cached: 4096, output: 260, reasoning: 640 },
  ),
  chat(
    'OpenAI, cache written as well as read',
    {
      prompt_tokens: 10_000,
      completion_tokens: 7,
      total_tokens: 10_007,
      prompt_tokens_details: { cached_tokens: 6000, cache_write_tokens: 3500 },
    },
    { input: 500, cached: 6000, write5m: 3500, output: 7 },
  ),
  chat(
    'OpenAI, sound in and out',
    {
      prompt_tokens: 114,
      completion_tokens: 230,
      total_tokens: 344,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 81 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 187 },
    },
    { input: 33, audioIn: 81, output: 43, audioOut: 187 },
  ),
  chat(
    'OpenAI, predicted output that was rejected is paid for as output',
    {
      prompt_tokens: 200,
      completion_tokens: 150,
      total_tokens: 350,
      completion_tokens_details: { accepted_prediction_tokens: 90, rejected_prediction_tokens: 40 },
    },
    { input: 200, output: 150 },
  ),
  chat(
    'OpenAI, several choices are one count',
    { prompt_tokens: 12, completion_tokens: 3 * 41, total_tokens: 135 },
    { input: 12, output: 123 },
  ),
  chat(
    'OpenAI, flex',
    { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
    { input: 1000, output: 100, tier: 'flex' },
    { service_tier: 'flex' },
  ),
  chat(
    'OpenAI, priority with cache and reasoning',
    {
      prompt_tokens: 3000,
      completion_tokens: 500,
      total_tokens: 3500,
      prompt_tokens_details: { cached_tokens: 1024 },
      completion_tokens_details: { reasoning_tokens: 320 },
    },
    { input: 1976, cached: 1024, output: 180, reasoning: 320, tier: 'priority' },
    { service_tier: 'priority' },
  ),
  chat(
    'OpenAI, the default tier is the usual one',
    { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
    { input: 1000, output: 100 },
    { service_tier: 'default' },
  ),
  chat(
    'OpenAI, a tier that no price knows',
    { prompt_tokens: 8, completion_tokens: 4, total_tokens: 12 },
    { input: 8, output: 4 },
    { service_tier: 'ultra' },
  ),
  chat(
    'OpenAI, a prompt at the border of the tier by length',
    { prompt_tokens: 200_000, completion_tokens: 1, total_tokens: 200_001 },
    { input: 200_000, output: 1 },
  ),
  chat(
    'OpenAI, a prompt one token above it, nearly all cached',
    {
      prompt_tokens: 200_001,
      completion_tokens: 1000,
      total_tokens: 201_001,
      prompt_tokens_details: { cached_tokens: 199_936 },
    },
    { input: 65, cached: 199_936, output: 1000 },
  ),
  chat(
    'OpenAI, a very long conversation',
    {
      prompt_tokens: 1_000_000,
      completion_tokens: 128_000,
      total_tokens: 1_128_000,
      prompt_tokens_details: { cached_tokens: 900_000 },
      completion_tokens_details: { reasoning_tokens: 100_000 },
    },
    { input: 100_000, cached: 900_000, output: 28_000, reasoning: 100_000 },
  ),
  chat(
    'OpenAI, legacy completions',
    { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    { input: 5, output: 7 },
  ),
  chat('OpenAI, embeddings', { prompt_tokens: 8191, total_tokens: 8191 }, { input: 8191 }),
  chat(
    'Azure, content filters beside it',
    {
      prompt_tokens: 39,
      completion_tokens: 58,
      total_tokens: 97,
      prompt_tokens_details: { audio_tokens: 0, cached_tokens: 0 },
    },
    { input: 39, output: 58 },
    { prompt_filter_results: [] },
  ),
  chat(
    'DeepSeek, hits and misses',
    {
      prompt_tokens: 1500,
      completion_tokens: 60,
      total_tokens: 1560,
      prompt_cache_hit_tokens: 1408,
      prompt_cache_miss_tokens: 92,
      prompt_tokens_details: { cached_tokens: 1408 },
    },
    { input: 92, cached: 1408, output: 60 },
  ),
  chat(
    'DeepSeek, hits without details, and thinking',
    {
      prompt_tokens: 128,
      completion_tokens: 800,
      total_tokens: 928,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 64,
      completion_tokens_details: { reasoning_tokens: 600 },
    },
    { input: 64, cached: 64, output: 200, reasoning: 600 },
  ),
  chat(
    'Moonshot, cached tokens at the top',
    { prompt_tokens: 700, completion_tokens: 20, total_tokens: 720, cached_tokens: 512 },
    { input: 188, cached: 512, output: 20 },
  ),
  chat(
    'Mistral, cached tokens in a word of its own',
    { prompt_tokens: 700, completion_tokens: 20, total_tokens: 720, num_cached_tokens: 640 },
    { input: 60, cached: 640, output: 20 },
  ),
  chat('Mistral, plain', { prompt_tokens: 16, completion_tokens: 34, total_tokens: 50 }, { input: 16, output: 34 }),
  chat(
    'xAI, thinking stands beside the completion',
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { text_tokens: 32, audio_tokens: 0, image_tokens: 0, cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 94, audio_tokens: 0 },
      num_sources_used: 0,
    },
    { input: 24, cached: 8, output: 9, reasoning: 94 },
  ),
  chat(
    'xAI, sources of its older search',
    {
      prompt_tokens: 300,
      completion_tokens: 50,
      total_tokens: 350,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
      num_sources_used: 5,
    },
    { input: 300, output: 50, searches: 5 },
  ),
  chat(
    'xAI, searches of the web and of X',
    {
      prompt_tokens: 9000,
      completion_tokens: 700,
      total_tokens: 9700,
      prompt_tokens_details: { cached_tokens: 4000 },
      completion_tokens_details: { reasoning_tokens: 0 },
      server_side_tool_usage_details: { web_search_calls: 3, x_search_calls: 2 },
    },
    { input: 5000, cached: 4000, output: 700, searches: 5 },
  ),
  chat(
    'xAI, a picture in the prompt',
    {
      prompt_tokens: 1200,
      completion_tokens: 40,
      total_tokens: 1240,
      prompt_tokens_details: { text_tokens: 176, image_tokens: 1024, cached_tokens: 0 },
    },
    { input: 176, imageIn: 1024, output: 40 },
  ),
  chat(
    'Gemini behind its OpenAI endpoint: thoughts only in the total',
    { prompt_tokens: 11, completion_tokens: 20, total_tokens: 531 },
    { input: 11, output: 20, reasoning: 500 },
  ),
  chat(
    'OpenRouter, searches and cache writes',
    {
      prompt_tokens: 5000,
      completion_tokens: 200,
      total_tokens: 5200,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 2000, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 50 },
      server_tool_use: { web_search_requests: 2 },
      cost: 0.0123,
    },
    { input: 2000, cached: 1000, write5m: 2000, output: 150, reasoning: 50, searches: 2 },
  ),
  chat(
    'Perplexity, queries',
    {
      prompt_tokens: 14,
      completion_tokens: 400,
      total_tokens: 414,
      search_context_size: 'low',
      num_search_queries: 1,
    },
    { input: 14, output: 400, searches: 1 },
  ),
  chat(
    'Qwen, cached and thinking',
    {
      prompt_tokens: 3019,
      completion_tokens: 104,
      total_tokens: 3123,
      prompt_tokens_details: { cached_tokens: 2048 },
      completion_tokens_details: { reasoning_tokens: 80 },
    },
    { input: 971, cached: 2048, output: 24, reasoning: 80 },
  ),
  chat(
    'Z.ai, cached',
    { prompt_tokens: 1200, completion_tokens: 300, total_tokens: 1500, prompt_tokens_details: { cached_tokens: 800 } },
    { input: 400, cached: 800, output: 300 },
  ),
  chat(
    'vLLM, details that are null',
    {
      prompt_tokens: 61,
      completion_tokens: 16,
      total_tokens: 77,
      prompt_tokens_details: null,
      completion_tokens_details: null,
    },
    { input: 61, output: 16 },
  ),
  chat(
    'Groq, times beside the counts',
    {
      queue_time: 0.01,
      prompt_tokens: 24,
      prompt_time: 0.002,
      completion_tokens: 377,
      total_tokens: 401,
      total_time: 0.6,
    },
    { input: 24, output: 377 },
  ),
  chat('Ollama, plain', { prompt_tokens: 9, completion_tokens: 31, total_tokens: 40 }, { input: 9, output: 31 }),
  chat('nothing was generated', { prompt_tokens: 50, completion_tokens: 0, total_tokens: 50 }, { input: 50 }),
  chat(
    'cached tokens larger than the prompt',
    { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11, prompt_tokens_details: { cached_tokens: 25 } },
    { cached: 10, output: 1 },
  ),
  chat(
    'reasoning larger than the completion',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, completion_tokens_details: { reasoning_tokens: 99 } },
    { input: 10, reasoning: 5 },
  ),
  chat('figures that are none', { prompt_tokens: -4, completion_tokens: '7', total_tokens: 0 }, {}),
  chat(
    'broken numbers are cut, never rounded up',
    { prompt_tokens: 10.9, completion_tokens: 3.99, total_tokens: 13 },
    { input: 10, output: 3 },
  ),
  chat(
    'GPT Image, two pictures from text and a picture',
    {
      input_tokens: 500,
      input_tokens_details: { text_tokens: 100, image_tokens: 400 },
      output_tokens: 2112,
      total_tokens: 2612,
    },
    { input: 100, imageIn: 400, imageOut: 2112, pictures: 2 },
    { data: [{ b64_json: 'a' }, { b64_json: 'b' }] },
  ),
  chat(
    'GPT Image 1.5, text that it thought of beside the picture',
    {
      input_tokens: 50,
      input_tokens_details: { text_tokens: 50, image_tokens: 0 },
      output_tokens: 1156,
      output_tokens_details: { image_tokens: 1056, text_tokens: 100 },
      total_tokens: 1206,
    },
    { input: 50, output: 100, imageOut: 1056, pictures: 1 },
    { data: [{ b64_json: 'a' }] },
  ),
  chat(
    'pictures by the piece, without any usage',
    null,
    { pictures: 3 },
    { data: [{ url: 'a' }, { url: 'b' }, { url: 'c' }] },
  ),
]

const RESPONSES_ROWS: readonly UsageRow[] = [
  responses(
    'OpenAI, plain',
    {
      input_tokens: 36,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 87,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 123,
    },
    { input: 36, output: 87 },
  ),
  responses(
    'OpenAI, cached, written and reasoning',
    {
      input_tokens: 12_000,
      input_tokens_details: { cached_tokens: 8000, cache_write_tokens: 3000 },
      output_tokens: 2500,
      output_tokens_details: { reasoning_tokens: 2048 },
      total_tokens: 14_500,
    },
    { input: 1000, cached: 8000, write5m: 3000, output: 452, reasoning: 2048 },
  ),
  responses(
    'OpenAI, searches, opened pages not counted',
    {
      input_tokens: 20_000,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 600,
      output_tokens_details: { reasoning_tokens: 128 },
      total_tokens: 20_600,
    },
    { input: 20_000, output: 472, reasoning: 128, searches: 2 },
    {
      output: [
        { type: 'web_search_call', action: { type: 'search', query: 'a' } },
        { type: 'web_search_call', action: { type: 'open_page', url: 'b' } },
        { type: 'web_search_call', action: { type: 'search', query: 'c' } },
        { type: 'message', content: [] },
      ],
    },
  ),
  responses(
    'OpenAI, a picture drawn by a tool, whose tokens stand apart',
    {
      input_tokens: 300,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 350,
    },
    { input: 340, output: 50, imageOut: 1056, pictures: 1 },
    {
      output: [{ type: 'image_generation_call', result: 'a' }],
      tool_usage: { image_gen: { input_tokens: 40, output_tokens: 1056, total_tokens: 1096 } },
    },
  ),
  responses(
    'OpenAI, priority',
    {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 110,
    },
    { input: 100, output: 10, tier: 'priority' },
    { service_tier: 'priority' },
  ),
  responses(
    'OpenAI, above the tier by length',
    {
      input_tokens: 300_000,
      input_tokens_details: { cached_tokens: 250_000 },
      output_tokens: 4000,
      output_tokens_details: { reasoning_tokens: 3000 },
      total_tokens: 304_000,
    },
    { input: 50_000, cached: 250_000, output: 1000, reasoning: 3000 },
  ),
]

const MESSAGES_ROWS: readonly UsageRow[] = [
  messages('plain', { input_tokens: 2095, output_tokens: 503 }, { input: 2095, output: 503 }),
  messages(
    'read from a cache: input_tokens leave it out',
    { input_tokens: 21, cache_read_input_tokens: 188_086, cache_creation_input_tokens: 0, output_tokens: 393 },
    { input: 21, cached: 188_086, output: 393 },
  ),
  messages(
    'written, lives not told apart: five minutes',
    { input_tokens: 21, cache_creation_input_tokens: 188_086, cache_read_input_tokens: 0, output_tokens: 393 },
    { input: 21, write5m: 188_086, output: 393 },
  ),
  messages(
    'written for both lives, and read',
    {
      input_tokens: 2048,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 556,
      cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
      output_tokens: 503,
    },
    { input: 2048, cached: 1800, write5m: 456, write1h: 100, output: 503 },
  ),
  messages(
    'written for an hour alone',
    {
      input_tokens: 5,
      cache_creation_input_tokens: 4000,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 4000 },
      output_tokens: 12,
    },
    { input: 5, write1h: 4000, output: 12 },
  ),
  messages(
    'lives that add up to more than the sum',
    {
      input_tokens: 5,
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 300 },
      output_tokens: 12,
    },
    { input: 5, write5m: 100, write1h: 300, output: 12 },
  ),
  messages(
    'thinking is part of the output',
    { input_tokens: 100, output_tokens: 2000, output_tokens_details: { thinking_tokens: 1700 } },
    { input: 100, output: 300, reasoning: 1700 },
  ),
  messages(
    'searches',
    { input_tokens: 105, output_tokens: 6039, server_tool_use: { web_search_requests: 3 } },
    { input: 105, output: 6039, searches: 3 },
  ),
  messages(
    'compaction is billed beside the totals',
    {
      input_tokens: 23_000,
      output_tokens: 1000,
      iterations: [
        { type: 'compaction', input_tokens: 180_000, output_tokens: 3500 },
        { type: 'message', input_tokens: 23_000, output_tokens: 1000 },
      ],
    },
    { input: 203_000, output: 4500 },
  ),
  messages(
    'fast',
    { input_tokens: 1000, output_tokens: 500, service_tier: 'standard', speed: 'fast' },
    { input: 1000, output: 500, tier: 'fast' },
  ),
  messages(
    'fast, in one country only',
    { input_tokens: 1000, output_tokens: 500, speed: 'fast', inference_geo: 'us' },
    { input: 1000, output: 500, tier: 'fast+us' },
  ),
  messages(
    'anywhere is the usual place',
    { input_tokens: 1000, output_tokens: 500, service_tier: 'standard', inference_geo: 'global' },
    { input: 1000, output: 500 },
  ),
  messages(
    'batch',
    { input_tokens: 1000, output_tokens: 500, service_tier: 'batch' },
    { input: 1000, output: 500, tier: 'batch' },
  ),
  messages(
    'a million tokens of window',
    { input_tokens: 400_000, cache_read_input_tokens: 300_000, output_tokens: 10_000 },
    { input: 400_000, cached: 300_000, output: 10_000 },
  ),
  messagesStream(
    'figures are cumulative, and the last one holds',
    [
      { input_tokens: 472, cache_read_input_tokens: 10, output_tokens: 2 },
      { output_tokens: 40 },
      { output_tokens: 89 },
    ],
    { input: 472, cached: 10, output: 89 },
  ),
  messagesStream(
    'searches raise the input on the way',
    [
      { input_tokens: 2679, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 3 },
      { input_tokens: 10_682, output_tokens: 510, server_tool_use: { web_search_requests: 1 } },
    ],
    { input: 10_682, output: 510, searches: 1 },
  ),
  messagesStream(
    'that broke off after its first event',
    [{ input_tokens: 25, cache_creation_input_tokens: 7, output_tokens: 1 }],
    { input: 25, write5m: 7, output: 1 },
  ),
]

const GEMINI_ROWS: readonly UsageRow[] = [
  gemini('plain', { promptTokenCount: 8, candidatesTokenCount: 28, totalTokenCount: 36 }, { input: 8, output: 28 }),
  gemini(
    'thoughts stand beside the candidates',
    { promptTokenCount: 12, candidatesTokenCount: 100, thoughtsTokenCount: 900, totalTokenCount: 1012 },
    { input: 12, output: 100, reasoning: 900 },
  ),
  gemini(
    'thoughts and nothing else',
    { promptTokenCount: 12, thoughtsTokenCount: 900, totalTokenCount: 912 },
    { input: 12, reasoning: 900 },
  ),
  gemini(
    'cached content is part of the prompt',
    { promptTokenCount: 5000, cachedContentTokenCount: 4096, candidatesTokenCount: 50, totalTokenCount: 5050 },
    { input: 904, cached: 4096, output: 50 },
  ),
  gemini(
    'what its tools read is beside the prompt',
    { promptTokenCount: 100, toolUsePromptTokenCount: 700, candidatesTokenCount: 60, totalTokenCount: 860 },
    { input: 800, output: 60 },
  ),
  gemini(
    'sound and a picture in the prompt',
    {
      promptTokenCount: 1500,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 142 },
        { modality: 'AUDIO', tokenCount: 1100 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
      candidatesTokenCount: 40,
      totalTokenCount: 1540,
    },
    { input: 142, audioIn: 1100, imageIn: 258, output: 40 },
  ),
  gemini(
    'sound of which a part was cached',
    {
      promptTokenCount: 3000,
      cachedContentTokenCount: 2500,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 200 },
        { modality: 'AUDIO', tokenCount: 2800 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 2500 }],
      candidatesTokenCount: 10,
      totalTokenCount: 3010,
    },
    { input: 200, cached: 2500, audioIn: 300, output: 10 },
  ),
  gemini(
    'a picture made',
    {
      promptTokenCount: 9,
      candidatesTokenCount: 1300,
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 1290 },
      ],
      totalTokenCount: 1309,
    },
    { input: 9, output: 10, imageOut: 1290 },
  ),
  gemini(
    'speech made',
    {
      promptTokenCount: 20,
      candidatesTokenCount: 500,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 500 }],
      totalTokenCount: 520,
    },
    { input: 20, audioOut: 500 },
  ),
  gemini(
    'grounded by 2.5: one fee, however many searches',
    { promptTokenCount: 30, candidatesTokenCount: 200, totalTokenCount: 230 },
    { input: 30, output: 200, searches: 1 },
    { modelVersion: 'gemini-2.5-pro', candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }] },
  ),
  gemini(
    'grounded by 3: each search',
    { promptTokenCount: 30, candidatesTokenCount: 200, totalTokenCount: 230 },
    { input: 30, output: 200, searches: 3 },
    { modelVersion: 'gemini-3-pro', candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }] },
  ),
  gemini(
    'flex',
    { promptTokenCount: 1000, candidatesTokenCount: 10, totalTokenCount: 1010, serviceTier: 'flex' },
    { input: 1000, output: 10, tier: 'flex' },
  ),
  gemini(
    'Vertex AI, traffic of the usual kind',
    { promptTokenCount: 1000, candidatesTokenCount: 10, totalTokenCount: 1010, trafficType: 'ON_DEMAND' },
    { input: 1000, output: 10 },
  ),
  gemini(
    'Vertex AI, priority',
    { promptTokenCount: 1000, candidatesTokenCount: 10, totalTokenCount: 1010, trafficType: 'ON_DEMAND_PRIORITY' },
    { input: 1000, output: 10, tier: 'priority' },
  ),
  gemini(
    'above 200,000 tokens, thoughts and cache with it',
    {
      promptTokenCount: 250_000,
      cachedContentTokenCount: 200_000,
      candidatesTokenCount: 1000,
      thoughtsTokenCount: 5000,
      totalTokenCount: 256_000,
    },
    { input: 50_000, cached: 200_000, output: 1000, reasoning: 5000 },
  ),
]

const CONVERSE_ROWS: readonly UsageRow[] = [
  converse('plain', { inputTokens: 125, outputTokens: 60, totalTokens: 185 }, { input: 125, output: 60 }),
  converse(
    'read from a cache and written to it',
    {
      inputTokens: 25,
      outputTokens: 60,
      totalTokens: 2585,
      cacheReadInputTokens: 2000,
      cacheWriteInputTokens: 500,
    },
    { input: 25, cached: 2000, write5m: 500, output: 60 },
  ),
  converse(
    'written for both lives',
    {
      inputTokens: 25,
      outputTokens: 60,
      totalTokens: 1285,
      cacheWriteInputTokens: 1200,
      cacheDetails: [
        { ttl: '5m', inputTokens: 900 },
        { ttl: '1h', inputTokens: 300 },
      ],
    },
    { input: 25, write5m: 900, write1h: 300, output: 60 },
  ),
  converse(
    'lives alone',
    { inputTokens: 1, outputTokens: 2, totalTokens: 703, cacheDetails: [{ ttl: '1h', inputTokens: 700 }] },
    { input: 1, write1h: 700, output: 2 },
  ),
  converse(
    'flex',
    { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    { input: 100, output: 10, tier: 'flex' },
    { serviceTier: { type: 'flex' } },
  ),
  converse(
    'priority, quicker',
    { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    { input: 100, output: 10, tier: 'priority+optimized' },
    { serviceTier: { type: 'priority' }, performanceConfig: { latency: 'optimized' } },
  ),
  converse(
    'the usual way',
    { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    { input: 100, output: 10 },
    { serviceTier: { type: 'default' }, performanceConfig: { latency: 'standard' } },
  ),
]

export const USAGE_ROWS: readonly UsageRow[] = [
  ...CHAT_ROWS,
  ...RESPONSES_ROWS,
  ...MESSAGES_ROWS,
  ...GEMINI_ROWS,
  ...CONVERSE_ROWS,
]
