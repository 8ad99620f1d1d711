import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../core/errors.ts'
import { PLAIN_BOUNDS, type PriceBounds } from '../core/price-bounds.ts'
import { scanRequest } from './pass-request.ts'
import { PRICE_KEYS } from './price-fields.ts'

const PATH = { model: 'gemini-3-pro', stream: false }

function boundsOf(body: object | string): PriceBounds {
  const json = typeof body === 'string' ? body : JSON.stringify({ model: 'm', ...body })
  return scanRequest(Buffer.from(json), json.includes('"model"') ? undefined : PATH).bounds
}

/** What differs from a request that says nothing. */
function said(body: object | string): Partial<PriceBounds> {
  const plain = Object.entries(PLAIN_BOUNDS)
  return Object.fromEntries(
    Object.entries(boundsOf(body)).filter(([name, value]) => value !== plain.find(([key]) => key === name)?.[1]),
  )
}

const user = (...content: readonly object[]): object => ({ messages: [{ role: 'user', content }] })
const input = (...content: readonly object[]): object => ({ input: [{ role: 'user', content }] })
const parts = (...given: readonly object[]): object => ({ contents: [{ role: 'user', parts: given }] })
const tool = (one: object): object => ({ tools: [one] })
const BASE64 = 'iVBORw0KGgoAAAANSUhEUg'.repeat(100)
const ANY_CALLS = { hostedCalls: -1 }

/** Every field that changes a price: OpenAI's OpenAPI document 2.3.0, Anthropic's and Google's SDKs, servers like them. */
const FIELDS: readonly (readonly [string, object, Partial<PriceBounds>])[] = [
  // How much.
  ['chat: max_tokens', { max_tokens: 7 }, { maxOutputTokens: 7 }],
  ['chat: max_completion_tokens', { max_completion_tokens: 9, max_tokens: 5 }, { maxOutputTokens: 9 }],
  ['Responses: max_output_tokens', { max_output_tokens: 11 }, { maxOutputTokens: 11 }],
  ['Gemini: maxOutputTokens', { generationConfig: { maxOutputTokens: 12 } }, { maxOutputTokens: 12 }],
  ['Gemini: max_output_tokens', { generation_config: { max_output_tokens: 13 } }, { maxOutputTokens: 13 }],
  [
    'Gemini: both spellings',
    { generationConfig: { maxOutputTokens: 5 }, generation_config: { maxOutputTokens: 14, candidateCount: 2 } },
    { maxOutputTokens: 14, answers: 2 },
  ],
  ['chat, images: n', { n: 4 }, { answers: 4 }],
  ['completions: best_of', { n: 2, best_of: 5 }, { answers: 5 }],
  ['Gemini: candidateCount', { generationConfig: { candidateCount: 3 } }, { answers: 3 }],
  ['Gemini: candidate_count', { generationConfig: { candidate_count: 3 } }, { answers: 3 }],
  ['completions: many prompts', { prompt: ['a', 'b', 'c'] }, { prompts: 3 }],
  ['completions: prompts in tokens', { prompt: [[1], [2, 3]] }, { prompts: 2 }],
  ['completions: one prompt in tokens', { prompt: [1, 2, 3] }, {}],
  ['chat: prediction', { prediction: { type: 'content', content: 'x' } }, { predictionBytes: 32 }],
  // Thinking.
  ['chat: reasoning_effort none', { reasoning_effort: 'none' }, { maxThinkingTokens: 0 }],
  ['chat: reasoning_effort', { reasoning_effort: 'low' }, {}],
  ['Responses: reasoning.effort none', { reasoning: { effort: 'none' } }, { maxThinkingTokens: 0 }],
  ['Responses: reasoning', { reasoning: { effort: 'high' } }, {}],
  ['OpenRouter: reasoning.max_tokens', { reasoning: { max_tokens: 300 } }, { maxThinkingTokens: 300 }],
  ['OpenRouter: reasoning off', { reasoning: { enabled: false } }, { maxThinkingTokens: 0 }],
  ['Anthropic: thinking off', { thinking: { type: 'disabled' } }, { maxThinkingTokens: 0 }],
  ['Anthropic: budget', { thinking: { type: 'enabled', budget_tokens: 2_000 } }, { maxThinkingTokens: 2_000 }],
  ['Anthropic: adaptive', { thinking: { type: 'adaptive' } }, {}],
  ['Gemini: thinkingBudget', { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }, { maxThinkingTokens: 0 }],
  [
    'Gemini: thinking_budget',
    { generation_config: { thinking_config: { thinking_budget: 64 } } },
    { maxThinkingTokens: 64 },
  ],
  ['Gemini: dynamic', { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } }, {}],
  ['Gemini: thinkingLevel', { generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } }, {}],
  ['Qwen: enable_thinking', { enable_thinking: false }, { maxThinkingTokens: 0 }],
  ['Qwen: thinking_budget', { enable_thinking: true, thinking_budget: 50 }, { maxThinkingTokens: 50 }],
  ['vLLM: chat_template_kwargs', { chat_template_kwargs: { enable_thinking: false } }, { maxThinkingTokens: 0 }],
  ['the least strict of two counts', { reasoning_effort: 'none', thinking: { type: 'adaptive' } }, {}],
  // In which tier.
  ...['flex', 'priority', 'scale', 'batch', 'performance', 'a-tier-of-tomorrow'].map(
    (tier) => [`service_tier ${tier}`, { service_tier: tier }, { serviceTier: tier }] as const,
  ),
  ...['auto', 'default', 'standard', 'standard_only', 'on_demand'].map(
    (tier) => [`service_tier ${tier}`, { service_tier: tier }, {}] as const,
  ),
  ['service_tier in capitals', { service_tier: 'PRIORITY' }, { serviceTier: 'priority' }],
  ['service_tier that is no word', { service_tier: 7 }, {}],
  ['Gemini: serviceTier', { serviceTier: 'flex' }, { serviceTier: 'flex' }],
  ['Anthropic: speed', { speed: 'fast' }, { serviceTier: 'fast' }],
  ['Anthropic: speed standard', { speed: 'standard' }, {}],
  ['Anthropic: inference_geo', { inference_geo: 'us' }, { serviceTier: 'us' }],
  ['Anthropic: inference_geo global', { inference_geo: 'global' }, {}],
  [
    'Anthropic: all of it',
    { service_tier: 'priority', speed: 'fast', inference_geo: 'us' },
    { serviceTier: 'priority+fast+us' },
  ],
  // With which of the provider's tools.
  ['chat: function', tool({ type: 'function', function: { name: 'f' } }), {}],
  ['Responses: custom', tool({ type: 'custom', name: 'f' }), {}],
  ['Responses: local_shell', tool({ type: 'local_shell' }), {}],
  ['Anthropic: bash', tool({ type: 'bash_20250124', name: 'bash' }), {}],
  ['Anthropic: a function without a type', tool({ name: 'f', input_schema: { type: 'object' } }), {}],
  ['Gemini: functionDeclarations', tool({ functionDeclarations: [{ name: 'f' }] }), {}],
  ...[
    'web_search',
    'web_search_2025_08_26',
    'web_search_preview',
    'file_search',
    'code_interpreter',
    'mcp',
    'shell',
    'x_search',
    'builtin_function',
    'browser_search',
    'programmatic_tool_calling',
    'code_execution_20250825',
    'web_fetch_20250910',
    'advisor_20260301',
    'mcp_toolset',
    'a_tool_of_tomorrow',
  ].map((type) => [`tool ${type}`, tool({ type }), ANY_CALLS] as const),
  ['Anthropic: max_uses', tool({ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }), { hostedCalls: 3 }],
  [
    'Anthropic: two of them',
    {
      tools: [
        { type: 'web_search_20250305', max_uses: 3 },
        { type: 'web_fetch_20250910', max_uses: 4 },
      ],
    },
    { hostedCalls: 7 },
  ],
  [
    'Anthropic: one without a limit',
    { tools: [{ type: 'web_search_20250305', max_uses: 3 }, { type: 'web_fetch_20250910' }] },
    ANY_CALLS,
  ],
  ['Responses: max_tool_calls', { ...tool({ type: 'web_search' }), max_tool_calls: 2 }, { hostedCalls: 2 }],
  ['Responses: max_tool_calls alone', { max_tool_calls: 2 }, {}],
  ['Responses: image_generation', tool({ type: 'image_generation' }), { ...ANY_CALLS, images: -1 }],
  ['a tool in a namespace', tool({ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }), ANY_CALLS],
  ['functions in a namespace', tool({ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] }), {}],
  [
    'a tool in a namespace in a namespace',
    tool({ type: 'namespace', tools: [{ type: 'namespace', tools: [{ type: 'image_generation' }] }] }),
    { ...ANY_CALLS, images: -1 },
  ],
  ...[
    'googleSearch',
    'google_search',
    'googleSearchRetrieval',
    'codeExecution',
    'urlContext',
    'googleMaps',
    'fileSearch',
  ].map((name) => [`Gemini: ${name}`, tool({ [name]: {} }), ANY_CALLS] as const),
  ['Gemini: functions and a search', tool({ functionDeclarations: [], googleSearch: {} }), ANY_CALLS],
  ['chat: web_search_options', { web_search_options: {} }, ANY_CALLS],
  ['xAI: search_parameters', { search_parameters: { mode: 'on' } }, ANY_CALLS],
  ['xAI: search_parameters off', { search_parameters: { mode: 'off' } }, {}],
  ['Qwen: enable_search', { enable_search: true }, ANY_CALLS],
  ['OpenRouter: plugins', { plugins: [{ id: 'web' }] }, ANY_CALLS],
  ['Anthropic: mcp_servers', { mcp_servers: [{ type: 'url', url: 'https://mcp.example' }] }, ANY_CALLS],
  ['Anthropic: compaction', { context_management: { edits: [{ type: 'compact_20260112' }] } }, ANY_CALLS],
  // Which kinds of input.
  ['chat: picture by URL', user({ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }), { pictures: 1 }],
  [
    'chat: pictures in base64',
    user(...[1, 2].map(() => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${BASE64}` } }))),
    { pictures: 2, mediaBytes: 2 * (BASE64.length + 22) },
  ],
  [
    'chat: sound',
    user({ type: 'input_audio', input_audio: { data: BASE64, format: 'wav' } }),
    { audioInput: true, mediaBytes: BASE64.length },
  ],
  ['chat: earlier sound', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }, { audioInput: true }],
  ['chat: file', user({ type: 'file', file: { file_id: 'file-1' } }), { inputElsewhere: true }],
  ['vLLM: audio_url', user({ type: 'audio_url', audio_url: { url: 'https://a.example/b.wav' } }), { audioInput: true }],
  [
    'vLLM: video_url',
    user({ type: 'video_url', video_url: { url: 'https://a.example/b.mp4' } }),
    { inputElsewhere: true },
  ],
  [
    'Mistral: document_url',
    user({ type: 'document_url', document_url: 'https://a.example/b.pdf' }),
    { inputElsewhere: true },
  ],
  ['Responses: picture', input({ type: 'input_image', image_url: 'https://a.example/b.png' }), { pictures: 1 }],
  ['Responses: file by id', input({ type: 'input_file', file_id: 'file-1' }), { inputElsewhere: true }],
  [
    'Responses: file by URL',
    input({ type: 'input_file', file_url: 'https://a.example/b.pdf' }),
    { inputElsewhere: true },
  ],
  [
    'Responses: screenshot',
    { input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: 'x' } }] },
    { pictures: 1 },
  ],
  ['Responses: item_reference', { input: [{ type: 'item_reference', id: 'msg_1' }] }, { inputElsewhere: true }],
  ['Responses: previous_response_id', { previous_response_id: 'resp_1' }, { inputElsewhere: true }],
  ['Responses: conversation', { conversation: 'conv_1' }, { inputElsewhere: true }],
  ['Responses: a stored prompt', { prompt: { id: 'pmpt_1' } }, { inputElsewhere: true, hostedCalls: -1 }],
  [
    'Anthropic: picture',
    user({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: BASE64 } }),
    { pictures: 1, mediaBytes: BASE64.length },
  ],
  [
    'Anthropic: picture in a tool result',
    user({
      type: 'tool_result',
      tool_use_id: 't',
      content: [{ type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } }],
    }),
    { pictures: 1 },
  ],
  [
    'Anthropic: document',
    user({ type: 'document', source: { type: 'url', url: 'https://a.example/b.pdf' } }),
    { inputElsewhere: true },
  ],
  ['Anthropic: container_upload', user({ type: 'container_upload', file_id: 'file_1' }), { inputElsewhere: true }],
  [
    'Gemini: picture',
    parts({ inlineData: { mimeType: 'image/png', data: BASE64 } }),
    { pictures: 1, mediaBytes: BASE64.length },
  ],
  [
    'Gemini: picture, in snakes',
    parts({ inline_data: { mime_type: 'image/png', data: BASE64 } }),
    { pictures: 1, mediaBytes: BASE64.length },
  ],
  [
    'Gemini: sound',
    parts({ inlineData: { mimeType: 'audio/wav', data: BASE64 } }),
    { pictures: 1, audioInput: true, mediaBytes: BASE64.length },
  ],
  [
    'Gemini: PDF',
    parts({ inlineData: { mimeType: 'application/pdf', data: BASE64 } }),
    { pictures: 1, inputElsewhere: true, mediaBytes: BASE64.length },
  ],
  ['Gemini: fileData', parts({ fileData: { fileUri: 'https://a.example/files/1' } }), { inputElsewhere: true }],
  ['Gemini: cachedContent', { cachedContent: 'cachedContents/1' }, { inputElsewhere: true }],
  ['Gemini: cached_content', { cached_content: 'cachedContents/1' }, { inputElsewhere: true }],
  [
    'Gemini through chat: cached_content',
    { extra_body: { google: { cached_content: 'cachedContents/1' } } },
    { inputElsewhere: true },
  ],
  [
    'Gemini: a schema for the answer is no document',
    { generationConfig: { responseMimeType: 'application/json' } },
    {},
  ],
  // Which kinds of output.
  ['chat: sound', { modalities: ['text', 'audio'], audio: { voice: 'ash', format: 'wav' } }, { audioOutput: true }],
  ['OpenRouter: pictures', { modalities: ['image', 'text'] }, { images: -1 }],
  ['Gemini: sound', { generationConfig: { responseModalities: ['AUDIO'] } }, { audioOutput: true }],
  ['Gemini: speechConfig', { generationConfig: { speechConfig: {} } }, { audioOutput: true }],
  ['Gemini: pictures', { generation_config: { response_modalities: ['TEXT', 'IMAGE'] } }, { images: -1 }],
  ['Gemini: pictures, by number', { generationConfig: { responseModalities: [1, 2] } }, { images: -1 }],
  // How long a cache lives.
  ['Anthropic: five minutes', user({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '5m' } }), {}],
  ['Anthropic: no life', user({ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }), {}],
  [
    'Anthropic: an hour',
    user({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }),
    { cacheWrite1h: true },
  ],
  [
    'Anthropic: an hour, on a tool',
    tool({ name: 'f', cache_control: { type: 'ephemeral', ttl: '1h' } }),
    { cacheWrite1h: true },
  ],
  [
    'Anthropic: an hour, on the system',
    { system: [{ type: 'text', text: 'a', cache_control: { ttl: '1h' } }] },
    { cacheWrite1h: true },
  ],
  ['Anthropic: an hour, for all', { cache_control: { type: 'ephemeral', ttl: '1h' } }, { cacheWrite1h: true }],
  ['Anthropic: a life of tomorrow', { cache_control: { ttl: '24h' } }, { cacheWrite1h: true }],
  ['OpenAI: prompt_cache_retention', { prompt_cache_retention: '24h' }, { cacheWrite1h: true }],
  ['OpenAI: prompt_cache_options', { prompt_cache_options: { ttl: '5m' } }, { cacheWrite1h: true }],
]

describe('what changes the price of a request', () => {
  it('is nothing in one that only talks', () => {
    expect(
      said({ messages: [{ role: 'user', content: 'image_url "ttl" input_audio' }], temperature: 1, stream: true }),
    ).toEqual({})
    expect(said({ input: 'Hi', instructions: 'Be brief.' })).toEqual({})
    expect(said({ contents: [{ parts: [{ text: 'Hi' }] }], systemInstruction: { parts: [{ text: 'x' }] } })).toEqual({})
  })

  it.each(FIELDS)('%s', (_name, body, expected) => {
    expect(said(body)).toEqual(expected)
  })

  it('is read for a model in the path too', () => {
    expect(said('{"contents":[],"generationConfig":{"candidateCount":2},"tools":[{"google_search":{}}]}')).toEqual({
      answers: 2,
      hostedCalls: -1,
    })
  })

  it.each(PRICE_KEYS)('%s is refused when it is there twice, or spelled with escapes', (key) => {
    const escaped = `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`
    for (const body of [`{"model":"m","${key}":1,"${key}":2}`, `{"model":"m","${escaped}":1}`]) {
      expect(() => scanRequest(Buffer.from(body))).toThrow(GatewayError)
    }
  })

  it.each([
    ['{"generationConfig":{"maxOutputTokens":5,"maxOutputTokens":900}}', { maxOutputTokens: 900 }],
    ['{"tools":[{"type":"function","type":"web_search"}]}', ANY_CALLS],
    ['{"tools":[{"t\\u0079pe":"web_search"}]}', ANY_CALLS],
    ['{"tools":[{"type":"web\\u005fsearch"}]}', ANY_CALLS],
    ['{"tools":[{"type":"web_search","max_uses":1,"max_uses":9}]}', { hostedCalls: 9 }],
    ['{"tools":[7,{"type":"web_search"}]}', ANY_CALLS],
    ['{"tools":[]}', {}],
    ['{"tools":[{"name":"f"},7,{"type":"web_search"}]}', ANY_CALLS],
    ['{"tools":{"googleSearch":{}}}', ANY_CALLS],
    ['{"service_tier":"prior\\u0069ty"}', { serviceTier: 'priority' }],
    ['{"messages":[{"content":[{"type":"im\\u0061ge_url","image_url":{"url":"x"}}]}]}', { pictures: 1 }],
    ['{"messages":[{"content":[{"c\\u0061che_control":{"t\\u0074l":"1h"}}]}]}', { cacheWrite1h: true }],
    ['{"messages":[{"content":[{"cache_control":{"ttl" : "\\u0035m"}}]}]}', { cacheWrite1h: true }],
    ['{"n":"4"}', {}],
    ['{"n":-3}', {}],
    ['{"n":1e3}', { answers: 1_000 }],
  ])('does not hide in %s', (json, expected) => {
    expect(said(json)).toEqual(expected)
  })

  it('is read without an error, whatever the values are', () => {
    const member = fc.tuple(fc.constantFrom(...PRICE_KEYS), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ([key]) => key }), (members) => {
        const bounds = boundsOf(Object.fromEntries(members))
        for (const value of Object.values(bounds))
          if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(-1)
      }),
    )
  })

  it('is what it was when the body has been let go of', () => {
    const scan = scanRequest(Buffer.from('{"model":"m","n":2}'))
    expect(scan.bounds.answers).toBe(2)
    scan.text = ''
    expect(scan.bounds.answers).toBe(2)
    const other = scanRequest(Buffer.from('{"model":"m","n":2}'))
    other.text = ''
    expect(other.bounds.inputElsewhere).toBe(true)
  })
})
