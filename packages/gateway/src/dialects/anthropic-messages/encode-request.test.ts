import { describe, expect, it } from 'vitest'
import type { Conversation, Part, ReasoningPart, Tool, Turn } from '../../core/conversation.ts'
import type { JsonObject } from '../../core/json.ts'
import { decode, encode, foreign, minimal, OLDER_CLAUDE, refusal } from './__fixtures__/contexts.ts'

const USER = { role: 'user', content: 'Hello' }

const text = (value: string, over: Partial<Part> = {}): Part =>
  ({ type: 'text', at: 'messages[0].content', text: value, ...over }) as Part
const call = (id: string, input = '{}', name = 'f'): Part => ({
  type: 'tool-call',
  at: 'a',
  id,
  name,
  kind: 'function',
  input,
})
const result = (callId: string, parts: Part[] = [text('ok')], isError = false): Part => ({
  type: 'tool-result',
  at: 'a',
  callId,
  kind: 'function',
  isError,
  parts,
})
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const system = (value: string): Turn => ({ role: 'system', kind: 'system', parts: [text(value)] })
const tool = (name: string, over: object = {}): Tool => ({
  type: 'function',
  name,
  at: 'tools[0]',
  extensions: {},
  ...over,
})
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { n: { type: 'integer', minimum: 1, description: 'How many.' }, s: { type: 'string', pattern: '^a' } },
  required: ['n', 's'],
  additionalProperties: false,
}
const JSON_SCHEMA: Conversation['output'] = { type: 'json-schema', name: 'answer', schema: SCHEMA, strict: true }

interface Body {
  readonly messages: { role: string; content: string | JsonObject[] }[]
  readonly [key: string]: unknown
}
const bodyOf = (conversation: Conversation, traits = {}): Body => encode(conversation, traits).body as unknown as Body

describe('writing a request', () => {
  it('H63: max_tokens is always there, within the bounds of the model', () => {
    expect(bodyOf(foreign())['max_tokens']).toBe(8_192)
    expect(bodyOf(foreign(), { maxOutputTokens: 64_000 })['max_tokens']).toBe(64_000)
    const clamped = encode(foreign({ maxOutputTokens: 100_000 }), { maxOutputTokens: 64_000 })
    expect([clamped.body['max_tokens'], clamped.dropped]).toEqual([64_000, 'max_tokens=64000'])
  })

  it('H63: a budget stays below max_tokens', () => {
    const asked = foreign({ maxOutputTokens: 4_000, reasoning: { budgetTokens: 10_000 } })
    const { body, dropped } = encode(asked, OLDER_CLAUDE)
    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: 3_999 })
    expect(dropped).toBe('thinking.budget_tokens=3999')
    const tiny = encode(foreign({ maxOutputTokens: 1_000, reasoning: { effort: 'high' } }), OLDER_CLAUDE)
    expect([tiny.body['thinking'], tiny.dropped]).toEqual([undefined, 'output_config.effort'])
    const free = encode(foreign({ reasoning: { effort: 'high' } }), OLDER_CLAUDE)
    expect(free.body).toMatchObject({ max_tokens: 32_768, thinking: { type: 'enabled', budget_tokens: 24_576 } })
  })

  it('asks for thinking as the model knows it', () => {
    const ask = (reasoning: Conversation['reasoning'], traits = {}): unknown => {
      const { thinking, output_config } = bodyOf(foreign({ reasoning }), traits)
      return [thinking, output_config]
    }
    expect(ask({})).toEqual([undefined, undefined])
    expect(ask({ effort: 'high', visible: true })).toEqual([
      { type: 'adaptive', display: 'summarized' },
      { effort: 'high' },
    ])
    expect(
      bodyOf({ ...foreign({ reasoning: { effort: 'high' } }), dialect: 'anthropic-messages' })['thinking'],
    ).toBeUndefined()
    expect(ask({ effort: 'xhigh' })).toEqual([{ type: 'adaptive' }, { effort: 'high' }])
    expect(ask({ budgetTokens: 2_000 })).toEqual([{ type: 'adaptive' }, { effort: 'low' }])
    expect(ask({ budgetTokens: -1 })).toEqual([{ type: 'adaptive' }, undefined])
    expect(ask({ effort: 'none' })).toEqual([{ type: 'disabled' }, undefined])
    expect(ask({ effort: 'none' }, { canSkipThinking: false })).toEqual([undefined, { effort: 'low' }])
    expect(ask({ effort: 'none' }, OLDER_CLAUDE)).toEqual([undefined, undefined])
    expect(ask({ adaptive: true }, OLDER_CLAUDE)).toMatchObject([{ type: 'enabled', budget_tokens: 8_192 }, undefined])
    expect(ask({ effort: 'high' }, { thinking: 'none' })).toEqual([undefined, undefined])
    expect(ask({ budgetTokens: 5_000 }, { thinking: 'effort' })).toMatchObject([
      { type: 'enabled', budget_tokens: 5_000 },
      undefined,
    ])
  })

  it('H65: temperature and its like go where they are not taken', () => {
    const sampling = { stop: [], temperature: 1.5, topP: 0.5, topK: 3 }
    expect(encode(foreign({ sampling }))).toMatchObject({
      body: { temperature: 1, top_p: 0.5, top_k: 3 },
      dropped: 'temperature=1',
    })
    expect(encode(foreign({ sampling }), { sampling: 'none' })).toMatchObject({ dropped: 'temperature, top_p, top_k' })
    expect(encode(foreign({ sampling }), { sampling: 'one' })).toMatchObject({ dropped: 'temperature=1, top_p' })
    const thinking = encode(foreign({ sampling, reasoning: { effort: 'high' } }))
    expect(thinking.dropped).toBe('temperature, top_p, top_k')
    expect(thinking.body).not.toHaveProperty('temperature')
  })

  it('H66: blank stop sequences are left out, and n is refused', () => {
    const stop = encode(foreign({ sampling: { stop: ['END', ' \n'] } }))
    expect([stop.body['stop_sequences'], stop.dropped]).toEqual([['END'], 'stop_sequences'])
    expect(refusal(() => encode(foreign({ sampling: { stop: ['END'] } }), { stop: false })).param).toBe(
      'stop_sequences',
    )
    expect(refusal(() => encode(foreign({ sampling: { stop: [], n: 2 } }))).param).toBe('n')
  })

  it('tells what it leaves out, and nothing else', () => {
    const sampling = {
      stop: [],
      frequencyPenalty: 0,
      presencePenalty: 1,
      seed: 7,
      logprobs: true,
      topLogprobs: 3,
      logitBias: { 1: 2 },
    }
    const { dropped } = encode(
      foreign({ sampling, verbosity: 'low', cacheKey: 'k', serviceTier: 'flex', endUser: 'u'.repeat(300) }),
    )
    expect(dropped).toBe(
      'presence_penalty, seed, logprobs, top_logprobs, logit_bias, verbosity, prompt_cache_key, metadata.user_id, service_tier',
    )
    expect(encode(foreign({ serviceTier: 'default', endUser: 'u' })).body).toMatchObject({
      service_tier: 'standard_only',
      metadata: { user_id: 'u' },
    })
  })

  it('H30: results stand before what else the user said', () => {
    const turns = [
      user(text('Go')),
      assistant(call('a'), call('b')),
      user(text('Wait'), result('b'), text('and'), result('a')),
    ]
    const { messages } = bodyOf(foreign({ turns }))
    expect(messages[2]?.content).toMatchObject([
      { type: 'tool_result', tool_use_id: 'a' },
      { type: 'tool_result', tool_use_id: 'b' },
      { type: 'text', text: 'Wait' },
      { type: 'text', text: 'and' },
    ])
  })

  it('H31: results in turns of their own become one, and a missing one is said to be missing', () => {
    const turns = [user(text('Go')), assistant(call('a'), call('b'), call('c')), user(result('a')), user(result('b'))]
    const { messages } = bodyOf(foreign({ turns }))
    expect(messages).toHaveLength(3)
    expect(messages[2]?.content).toMatchObject([
      { tool_use_id: 'a' },
      { tool_use_id: 'b' },
      { tool_use_id: 'c', is_error: true },
    ])
  })

  it('H32: a result without its call becomes text, a call at the end gets a result', () => {
    const { messages } = bodyOf(foreign({ turns: [user(result('lost', [text('42')])), assistant(call('a'))] }))
    expect(messages[0]).toEqual({ role: 'user', content: '[Result of an earlier call] 42' })
    expect(messages[2]?.content).toMatchObject([{ type: 'tool_result', tool_use_id: 'a', is_error: true }])
  })

  it('a history of calls declares them, forbidden, where the client offers no tools', () => {
    const turns = [user(text('Go')), assistant(call('a', '{}', 'f')), user(result('a'))]
    expect(bodyOf(foreign({ turns }))).toMatchObject({ tools: [{ name: 'f' }], tool_choice: { type: 'none' } })
    expect(bodyOf(foreign({ turns, tools: [tool('g')] }))).toMatchObject({ tools: [{ name: 'g' }] })
  })

  it('H36: a failed result says so', () => {
    const turns = [user(text('Go')), assistant(call('a')), user(result('a', [text('boom')], true))]
    expect(bodyOf(foreign({ turns })).messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'boom' }], is_error: true },
    ])
  })

  it('H35: an image in a result stays there', () => {
    const image: Part = {
      type: 'image',
      at: 'a',
      source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo' },
    }
    const turns = [user(text('Go')), assistant(call('a')), user(result('a', [text(''), image]))]
    expect(bodyOf(foreign({ turns })).messages[2]?.content).toMatchObject([
      { content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png' } }] },
    ])
  })

  it('H26, H27: no arguments are {}, broken ones are wrapped', () => {
    const turns = [
      user(text('Go')),
      assistant(call('a', ''), call('b', '{"x": [1'), call('c', '[1]')),
      user(result('a')),
    ]
    expect(bodyOf(foreign({ turns })).messages[1]?.content).toMatchObject([
      { input: {} },
      { input: { _raw: '{"x": [1' } },
      { input: { _raw: '[1]' } },
    ])
  })

  it('H28, H37: ids are legal and single, and results find their calls', () => {
    const turns = [
      user(text('Go')),
      assistant(call(''), call('')),
      user(result(''), result('')),
      assistant(call('call:0')),
      user(result('call:0')),
      assistant(call('call_0')),
      user(result('call_0')),
      assistant(call('call_0')),
      user(result('call_0')),
    ]
    const { messages } = bodyOf(foreign({ turns }))
    const calls = messages.flatMap(({ content }) =>
      typeof content === 'string' ? [] : content.flatMap((one) => one['id'] ?? []),
    )
    const results = messages.flatMap(({ content }) =>
      typeof content === 'string' ? [] : content.flatMap((one) => one['tool_use_id'] ?? []),
    )
    expect(results).toEqual(calls)
    expect(new Set(calls).size).toBe(5)
    for (const id of calls) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/)
  })

  it('H61, H62: turns alternate, the user begins, nobody is silent, nothing is blank', () => {
    const turns = [
      assistant(text('Hi')),
      assistant(text('  ')),
      user(text('A'), text('', { cache: { ttl: '5m' } })),
      assistant(),
      user(text(' ')),
    ]
    expect(bodyOf(foreign({ turns })).messages).toEqual([
      { role: 'user', content: '(no content)' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: [{ type: 'text', text: 'A', cache_control: { type: 'ephemeral' } }] },
      { role: 'assistant', content: '(no content)' },
      { role: 'user', content: '(no content)' },
    ])
  })

  it('H61: an answer that was begun is continued, or asked for', () => {
    const turns = [user(text('A')), assistant(text('The answer is '))]
    expect(bodyOf(foreign({ turns })).messages[1]).toEqual({ role: 'assistant', content: 'The answer is' })
    const asked = encode(foreign({ turns }), { prefill: false })
    expect((asked.body as unknown as Body).messages.at(-1)).toEqual({ role: 'user', content: 'Continue.' })
    expect(asked.dropped).toBe('messages=continued')
  })

  it('H70: a turn that Anthropic paused goes back as it is', () => {
    const paused = [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }]
    const messages = [USER, { role: 'assistant', content: paused }]
    expect(bodyOf(decode(minimal({ messages })), { prefill: false }).messages).toEqual(messages)
  })

  it('H60: system turns in the middle stay where the model takes them, else they become reminders', () => {
    const turns = [
      system('S1'),
      system('S2'),
      user(text('A')),
      system('S3'),
      assistant(text('B')),
      system('S4'),
      user(text('C')),
    ]
    const newer = bodyOf(foreign({ turns }))
    expect(newer['system']).toEqual([
      { type: 'text', text: 'S1' },
      { type: 'text', text: 'S2' },
    ])
    expect(newer.messages.map(({ role }) => role)).toEqual(['user', 'system', 'assistant', 'user'])
    expect(newer.messages[3]?.content).toMatchObject([
      { text: '<system-reminder>\nS4\n</system-reminder>' },
      { text: 'C' },
    ])
    const older = bodyOf(foreign({ turns }), { midSystem: false })
    expect(older.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(bodyOf(foreign({ turns: [system('S')] })).messages).toEqual([{ role: 'user', content: '(no content)' }])
  })

  const SIGNED: ReasoningPart = {
    type: 'reasoning',
    at: 'a',
    text: 'Hm.',
    summary: [],
    redacted: false,
    seal: { dialect: 'anthropic-messages', data: 'sig' },
  }

  it('H47: signed and redacted thinking goes back byte for byte', () => {
    const signature = 'EqQB+/==é'
    const content = [
      { type: 'thinking', thinking: 'Hm…\n', signature },
      { type: 'redacted_thinking', data: 'EmwK+/' },
      { type: 'text', text: 'Hi' },
    ]
    const messages = [USER, { role: 'assistant', content }, USER]
    const { body } = encode(decode(minimal({ messages })))
    expect(body['messages']).toEqual(messages)
  })

  it('H48: thinking of other providers, of other deployments and without a signature is left out', () => {
    const { seal: _seal, ...unsigned } = SIGNED
    const elsewhere = { ...unsigned, seal: { dialect: 'anthropic-messages', data: 'x', origin: 'other/1' } } as const
    const gemini = { ...unsigned, seal: { dialect: 'gemini', data: 'x' } } as const
    const bedrock = { ...unsigned, seal: { dialect: 'bedrock-converse', data: 'same' } } as const
    const turns = [user(text('A')), assistant(unsigned, elsewhere, gemini, bedrock, text('B')), user(text('C'))]
    const { body, dropped } = encode(foreign({ turns }), {}, 'anthropic/1')
    expect((body as unknown as Body).messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'same' },
      { type: 'text', text: 'B' },
    ])
    expect(dropped).toBe('')
  })

  it('H49: a loop of tools that lost its thinking goes on without', () => {
    const turns = [user(text('Go')), assistant(call('a')), user(result('a'))]
    const lost = encode(foreign({ turns, reasoning: { effort: 'high' } }), OLDER_CLAUDE)
    expect([lost.body['thinking'], lost.dropped]).toEqual([undefined, 'output_config.effort'])
    const kept = [user(text('Go')), assistant(SIGNED, call('a')), user(result('a'))]
    expect(bodyOf(foreign({ turns: kept, reasoning: { effort: 'high' } }), OLDER_CLAUDE)['thinking']).toMatchObject({
      type: 'enabled',
    })
    // The adaptive kind does not mind.
    expect(bodyOf(foreign({ turns, reasoning: { effort: 'high' } }))['thinking']).toEqual({ type: 'adaptive' })
  })

  it('H67: constrained decoding first, with tools and thinking beside it', () => {
    const { body, outputTool } = encode(
      foreign({ output: JSON_SCHEMA, tools: [tool('f')], reasoning: { effort: 'low' } }),
    )
    expect(outputTool).toBeNull()
    expect(body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: {
        effort: 'low',
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: {
              n: { type: 'integer', description: 'How many. (minimum: 1)' },
              s: { type: 'string', description: '(pattern: "^a")' },
            },
          },
        },
      },
    })
    expect(body).not.toHaveProperty('tool_choice')
  })

  it('H68: where there is none, a forced tool stands in, under a name of its own', () => {
    const conversation = foreign({ output: JSON_SCHEMA, reasoning: { effort: 'high' } })
    const { body, outputTool, dropped } = encode(conversation, { ...OLDER_CLAUDE, structuredOutput: 'tool' })
    expect(outputTool).toBe('answer')
    expect(body).toMatchObject({
      tools: [{ name: 'answer', input_schema: SCHEMA }],
      tool_choice: { type: 'tool', name: 'answer' },
    })
    expect([body['thinking'], dropped]).toEqual([undefined, 'output_config.effort'])
    const beside = encode(foreign({ output: JSON_SCHEMA, tools: [tool('answer')] }), { structuredOutput: 'tool' })
    expect(beside.outputTool).toBe('answer_')
    expect(beside.body['tool_choice']).toEqual({ type: 'any' })
    expect(refusal(() => encode(conversation, { structuredOutput: 'none' })).param).toBe('output_config.format')
  })

  it('json_object is asked for in words, and shown', () => {
    const { body, dropped } = encode(foreign({ output: { type: 'json' } }))
    expect(body['system']).toMatchObject([{ text: expect.stringContaining('one JSON object') }])
    expect(dropped).toBe('output_config.format=instruction')
  })

  it('H46: choices and allowed tools must exist, and be possible', () => {
    const only = (over: Partial<Conversation>, traits = {}): unknown =>
      encode(foreign({ tools: [tool('f'), tool('g')], ...over }), traits).body
    const choose = (mode: 'auto' | 'none' | 'required' | 'tool', over = {}): Partial<Conversation> => ({
      toolChoice: { mode, given: true, ...over },
    })
    expect(refusal(() => only(choose('tool', { name: 'x' }))).param).toBe('tool_choice')
    expect(refusal(() => only(choose('auto', { allowed: ['x'] }))).param).toBe('tool_choice')
    expect(refusal(() => only({ tools: [], ...choose('required') })).param).toBe('tool_choice')
    expect(refusal(() => only(choose('required'), { forcedTools: false })).param).toBe('tool_choice')
    expect(only(choose('required', { allowed: ['g'] }))).toMatchObject({
      tools: [{ name: 'g' }],
      tool_choice: { type: 'any' },
    })
    expect(only({ ...choose('tool', { name: 'g' }), parallelTools: false })).toMatchObject({
      tool_choice: { type: 'tool', name: 'g', disable_parallel_tool_use: true },
    })
    expect(only({ parallelTools: false })).toMatchObject({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    expect(only({ parallelTools: true })).not.toHaveProperty('tool_choice')
    expect(only({ ...choose('none'), parallelTools: false })).toMatchObject({ tool_choice: { type: 'none' } })
  })

  it('H45: a custom tool is wrapped as a function of its input', () => {
    const custom: Tool = {
      type: 'custom',
      name: 'patch',
      at: 'tools[0]',
      format: { type: 'grammar', definition: 'start: x' },
    }
    const past: Part = { type: 'tool-call', at: 'a', id: 'c', name: 'patch', kind: 'custom', input: '*** Begin' }
    const { body, toolNames } = encode(
      foreign({ tools: [custom], turns: [user(text('Go')), assistant(past), user(result('c'))] }),
    )
    expect(body).toMatchObject({
      tools: [
        { name: 'patch', description: expect.stringContaining('start: x'), input_schema: { required: ['input'] } },
      ],
      messages: [{}, { content: [{ name: 'patch', input: { input: '*** Begin' } }] }, {}],
    })
    expect(toolNames.toClient('patch').kind).toBe('custom')
  })

  it('H29, H44: names and namespaces become legal, and are remembered', () => {
    const long = `mcp.server/${'x'.repeat(140)}`
    const { body, toolNames } = encode(foreign({ tools: [tool(long), tool('f', { namespace: 'ns' })] }))
    const [first, second] = (body['tools'] as { name: string }[]).map(({ name }) => name)
    expect(first).toMatch(/^[a-zA-Z0-9_-]{1,128}$/)
    expect(toolNames.toClient(first!).name).toBe(long)
    expect([second, toolNames.toClient('ns__f')]).toEqual(['ns__f', { name: 'f', namespace: 'ns', kind: 'function' }])
  })

  it('strict tools are strict where the model can, in a schema that it takes', () => {
    const strict = tool('f', { strict: true, parameters: SCHEMA })
    expect(bodyOf(foreign({ tools: [strict] }))['tools']).toMatchObject([
      { strict: true, input_schema: { properties: { n: { description: 'How many. (minimum: 1)' } } } },
    ])
    const plain = encode(foreign({ tools: [strict] }), { strictTools: false })
    expect([plain.body['tools'], plain.dropped]).toEqual([[{ name: 'f', input_schema: SCHEMA }], 'tools[0].strict'])
  })

  it('server tools of other providers are left out, and refused when forced', () => {
    const search: Tool = {
      type: 'server',
      dialect: 'openai-responses',
      name: 'web_search',
      at: 'tools[0]',
      value: { type: 'web_search' },
    }
    const { body, dropped } = encode(foreign({ tools: [search] }))
    expect([body['tools'], dropped]).toEqual([undefined, 'tools[0]'])
    const forced = foreign({ tools: [search], toolChoice: { mode: 'tool', name: 'web_search', given: true } })
    expect(refusal(() => encode(forced)).param).toBe('tool_choice')
  })

  it('H54: cache marks are kept, the last four of them, hours before minutes', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } }
    const body = minimal({
      system: [{ type: 'text', text: 'S', ...mark }],
      tools: [{ name: 'f', input_schema: { type: 'object' }, ...hour }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'A', ...hour }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {}, ...mark }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x', ...hour }] },
      ],
    })
    const { body: sent, dropped } = encode(decode(body))
    expect(dropped).toBe('cache_control=last-4')
    expect(sent).toMatchObject({
      tools: [{ name: 'f' }],
      system: [mark],
      messages: [{ content: [mark] }, { content: [mark] }, { content: [mark] }],
    })
    expect(JSON.stringify(sent)).not.toContain('1h')
    expect((sent['tools'] as object[])[0]).not.toHaveProperty('cache_control')
  })

  it.each<[string, Part]>([
    ['audio', { type: 'audio', at: 'p', source: { kind: 'base64', mediaType: 'audio/wav', data: 'UklGR' } }],
    ['video', { type: 'video', at: 'p', source: { kind: 'url', url: 'https://v.example/v' } }],
    [
      'another image format',
      { type: 'image', at: 'p', source: { kind: 'base64', mediaType: 'image/bmp', data: 'Qk0=' } },
    ],
    [
      'a file of another provider',
      { type: 'file', at: 'p', source: { kind: 'file-id', id: 'f', dialect: 'openai-chat' } },
    ],
    [
      'an office file',
      { type: 'file', at: 'p', source: { kind: 'base64', mediaType: 'application/msword', data: 'AA==' } },
    ],
    ['another scheme', { type: 'image', at: 'p', source: { kind: 'url', url: 'gs://bucket/a.png' } }],
  ])('refuses %s by its place', (_name, part) => {
    expect(refusal(() => encode(foreign({ turns: [user(part)] })))).toMatchObject({
      code: 'invalid_request',
      param: 'p',
    })
  })

  it('sends images and documents as the model takes them', () => {
    const parts: Part[] = [
      { type: 'image', at: 'p', source: { kind: 'url', url: 'https://i.example/a.png' }, detail: 'high' },
      {
        type: 'file',
        at: 'q',
        name: 'a.pdf',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
      },
      {
        type: 'file',
        at: 'r',
        source: { kind: 'base64', mediaType: 'text/csv', data: Buffer.from('ä,b').toString('base64') },
      },
      { type: 'file', at: 's', source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo' } },
    ]
    const { body, dropped } = encode(foreign({ turns: [user(...parts)] }))
    expect((body as unknown as Body).messages[0]?.content).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://i.example/a.png' } },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ä,b' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo' } },
    ])
    expect(dropped).toBe('p.detail')
    expect(refusal(() => encode(foreign({ turns: [user(parts[0]!)] }), { mediaUrls: false })).param).toBe('p')
  })

  it('H100: no key and nothing else of the client goes into the headers', () => {
    expect(encode(decode(minimal())).headers).toEqual({ 'anthropic-version': '2023-06-01' })
  })

  it('encoding for its own dialect loses nothing', () => {
    const body = {
      model: 'm',
      max_tokens: 2_000,
      stream: true,
      system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'document',
              source: { type: 'file', file_id: 'f' },
              title: 'T',
              context: 'C',
              citations: { enabled: true },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 's' },
            { type: 'server_tool_use', id: 'x', name: 'web_search', input: { q: 1 } },
          ],
        },
        { role: 'user', content: 'Go' },
        { role: 'system', content: 'Now' },
      ],
      tools: [
        { name: 'f', input_schema: { type: 'object', oneOfNot: 1 }, strict: false, input_examples: [{}] },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: {
        effort: 'max',
        task_budget: { total: 5 },
        format: {
          type: 'json_schema',
          schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
        },
      },
      metadata: { user_id: 'u', trace: 't' },
      service_tier: 'standard_only',
      cache_control: { type: 'ephemeral' },
      stop_sequences: ['END'],
      container: 'c',
    }
    const conversation = decode(body)
    expect(decode({ ...encode(conversation).body, model: 'm' })).toEqual({
      ...conversation,
      turns: conversation.turns.map((turn) => ({ ...turn, parts: expect.anything() as unknown })),
    })
    expect(encode(conversation).body).toEqual({ ...body, model: 'claude-upstream' })
    expect(encode(conversation).dropped).toBe('')
  })
})
