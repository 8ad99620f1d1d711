import { describe, expect, it } from 'vitest'
import type { Conversation, Part, Tool, Turn } from '../../core/conversation.ts'
import { ask, decode, envelope, OPENAI_MODEL, send, withoutPlaces } from './__fixtures__/support.ts'

interface Message {
  readonly role: string
  readonly content: string | null | { readonly type: string; readonly text?: string }[]
  readonly tool_calls?: {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
  readonly tool_call_id?: string
}

const at = 'place'

/** The same from a client of another dialect. */
function foreign(changes: Partial<Conversation>): Conversation {
  return { ...ask(), dialect: 'anthropic-messages', ...changes }
}

function text(words: string): Part {
  return { type: 'text', at, text: words }
}

function call(id: string, input = '{}', name = 'look'): Part {
  return { type: 'tool-call', at, id, name, kind: 'function', input }
}

function result(callId: string, parts: readonly Part[], isError = false): Part {
  return { type: 'tool-result', at, callId, kind: 'function', isError, parts }
}

function messagesOf(turns: readonly Turn[], traits = {}): Message[] {
  return send(foreign({ turns }), traits).json['messages'] as unknown as Message[]
}

const LOOK: Tool = { type: 'function', name: 'look', at: 'tools[0]', extensions: {} }
const IMAGE: Part = { type: 'image', at, source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } }

describe('a request to an upstream of this dialect', () => {
  it('says in its own dialect all that it said', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'system', content: 'S' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
          name: 'ada',
        },
        {
          role: 'assistant',
          content: 'Hm',
          reasoning_content: 'thought',
          refusal: 'no',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{"x":1}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'seen' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'high' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
            { type: 'text', text: 'c', cache_control: { type: 'ephemeral', ttl: '1h' } },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'd', parameters: { type: 'object' }, strict: true, x: 1 },
          y: 2,
        },
        { type: 'web_search_preview', size: 'low' },
      ],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      frequency_penalty: 1,
      presence_penalty: 1,
      seed: 3,
      stop: ['x'],
      n: 2,
      logprobs: true,
      top_logprobs: 2,
      logit_bias: { 50256: -100 },
      reasoning_effort: 'low',
      max_tokens: 9,
      verbosity: 'low',
      service_tier: 'flex',
      user: 'u',
      prompt_cache_key: 'k',
      metadata: { a: 'b' },
    }
    const conversation = decode(body)
    const sent = send(conversation, {}, { id: 'm' })
    expect(sent.dropped).toBe('')
    expect(sent.json).toEqual(body)
    expect(withoutPlaces(decode(sent.body))).toEqual(withoutPlaces(conversation))
  })

  it('H08: a stream always asks for its usage', () => {
    expect(send(ask({ stream: true })).body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(send(ask()).body).not.toHaveProperty('stream')
  })

  it('H24: calls without an id get one, the same for the call and for its result', () => {
    const [assistant, first, second] = messagesOf([
      { role: 'assistant', parts: [call('', '{"a":1}'), call('', '{"a":2}')] },
      { role: 'user', parts: [result('', [text('one')]), result('', [text('two')])] },
    ])
    const [a, b] = assistant!.tool_calls!
    expect(a!.id).not.toBe(b!.id)
    expect([first!.tool_call_id, second!.tool_call_id]).toEqual([a!.id, b!.id])
    expect([first!.content, second!.content]).toEqual(['one', 'two'])
  })

  it('H26: a call without arguments has an empty object', () => {
    const [assistant] = messagesOf([{ role: 'assistant', parts: [call('a', '')] }])
    expect(assistant!.tool_calls![0]!.function.arguments).toBe('{}')
  })

  it('H27: arguments that were cut off are replayed as something that parses', () => {
    const [assistant] = messagesOf([{ role: 'assistant', parts: [call('a', '{"location": "Par')] }])
    expect(JSON.parse(assistant!.tool_calls![0]!.function.arguments)).toEqual({ _raw: '{"location": "Par' })
  })

  it('H28: an id that is too long is hashed on both ends, never cut', () => {
    const long = `call_${'x'.repeat(78)}`
    const [assistant, first, second] = messagesOf([
      { role: 'assistant', parts: [call(`${long}1`), call(`${long}2`), call('functions.look:0')] },
      { role: 'user', parts: [result(`${long}1`, [text('one')]), result(`${long}2`, [text('two')])] },
    ])
    const ids = assistant!.tool_calls!.map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id.length <= 40)).toBe(true)
    expect([first!.tool_call_id, second!.tool_call_id, ids[2]]).toEqual([ids[0], ids[1], 'functions.look:0'])
  })

  it('H29: long and odd names of tools get stand-ins, in tools, choice and history', () => {
    const name = `mcp.server/${'tool'.repeat(20)}`
    const tools: Tool[] = [{ ...LOOK, name }]
    const turns: Turn[] = [{ role: 'assistant', parts: [call('a', '{}', name)] }]
    const sent = send(foreign({ tools, turns, toolChoice: { mode: 'tool', name, given: true } }))
    const {
      tools: out,
      tool_choice: choice,
      messages,
    } = sent.json as unknown as {
      tools: { function: { name: string } }[]
      tool_choice: { function: { name: string } }
      messages: Message[]
    }
    const standIn = out[0]!.function.name
    expect(standIn).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(choice.function.name).toBe(standIn)
    expect(messages[0]!.tool_calls![0]!.function.name).toBe(standIn)
    expect(sent.toolNames.toClient(standIn)).toEqual({ name, kind: 'function' })
  })

  it('H30: results come first, whatever stands between them', () => {
    const messages = messagesOf([
      { role: 'assistant', parts: [call('a'), call('b')] },
      {
        role: 'user',
        parts: [text('before'), result('a', [text('one')]), text('between'), result('b', [text('two')])],
      },
    ])
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'tool', 'user'])
    expect(messages[3]!.content).toBe('before\n\nbetween')
  })

  it('H31: parallel results of separate turns come together, and a missing one is said to be missing', () => {
    const messages = messagesOf([
      { role: 'assistant', parts: [call('a'), call('b'), call('c')] },
      { role: 'user', parts: [result('b', [text('two')])] },
      { role: 'user', parts: [result('a', [text('one')])] },
    ])
    expect(messages.map(({ tool_call_id: id, content }) => [id, content])).toEqual([
      [undefined, null],
      ['a', 'one'],
      ['b', 'two'],
      ['c', expect.stringContaining('No result')],
    ])
  })

  it('H32: a result that lost its call becomes text', () => {
    const [message] = messagesOf([{ role: 'user', parts: [result('gone', [text('words')])] }])
    expect(message).toMatchObject({ role: 'user', content: expect.stringContaining('words') })
  })

  it('H35: an image in a result comes in a message of the user behind all results', () => {
    const messages = messagesOf([
      { role: 'assistant', parts: [call('a'), call('b')] },
      { role: 'user', parts: [result('a', [text('see'), IMAGE]), result('b', [IMAGE]), text('and?')] },
    ])
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'tool', 'user'])
    expect(messages[1]!.content).toBe('see\n[image: in the next message of the user]')
    expect((messages[3]!.content as { type: string }[]).map(({ type }) => type)).toEqual([
      'text',
      'image_url',
      'text',
      'image_url',
      'text',
    ])
    const kept = messagesOf(
      [
        { role: 'assistant', parts: [call('a')] },
        { role: 'user', parts: [result('a', [IMAGE])] },
      ],
      { toolResultMedia: true },
    )
    expect(kept[1]).toMatchObject({ role: 'tool', content: [{ type: 'image_url' }] })
  })

  it('H36: a failure is said in words', () => {
    const messages = messagesOf([
      { role: 'assistant', parts: [call('a'), call('b')] },
      { role: 'user', parts: [result('a', [text('no disk')], true), result('b', [], true)] },
    ])
    expect(messages.slice(1).map(({ content }) => content)).toEqual(['Error: no disk', 'Error: the call failed.'])
  })

  it('H40: own signatures go back to their deployment, others nowhere', () => {
    const own = { dialect: 'openai-chat', data: 'SIG', origin: 'google/1' } as const
    const parts = [{ ...call('a'), seal: own }] as Part[]
    const turns: Turn[] = [{ role: 'assistant', parts }]
    const calls = (origin: string): object[] =>
      (send(foreign({ turns }), {}, { origin }).json['messages'] as unknown as { tool_calls: object[] }[])[0]!
        .tool_calls
    expect(calls('google/1')[0]).toMatchObject({ extra_content: { google: { thought_signature: 'SIG' } } })
    expect(calls('google/2')[0]).not.toHaveProperty('extra_content')
  })

  it('gives thinking back to the deployment that thought it, and to nobody else', () => {
    const details = [{ type: 'reasoning.text', text: 'Hm', signature: 'abc', index: 0 }]
    const thought = (data: string, origin: string): Part => ({
      type: 'reasoning',
      at,
      text: 'Hm',
      summary: [],
      redacted: false,
      seal: { dialect: 'openai-chat', data, origin },
    })
    const sealed = (part: Part, traits = {}): object => {
      const turns: Turn[] = [{ role: 'assistant', parts: [part, text('Hi')] }]
      return (send(foreign({ turns }), traits, { origin: 'deepseek/1' }).json['messages'] as unknown as object[])[0]!
    }
    expect(sealed(thought('[]', 'deepseek/1'))).toEqual({ role: 'assistant', content: 'Hi', reasoning_content: 'Hm' })
    expect(sealed(thought(JSON.stringify(details), 'deepseek/1'), { reasoningField: 'reasoning' })).toEqual({
      role: 'assistant',
      content: 'Hi',
      reasoning: 'Hm',
      reasoning_details: details,
    })
    expect(sealed(thought('[]', 'deepseek/1'), { reasoningField: null })).toEqual({ role: 'assistant', content: 'Hi' })
    expect(sealed(thought('[]', 'deepseek/2'))).toEqual({ role: 'assistant', content: 'Hi' })
    const claude: Part = { type: 'reasoning', at, text: 'Hm', summary: [], redacted: false }
    expect(sealed({ ...claude, seal: { dialect: 'anthropic-messages', data: 'x' } })).toEqual({
      role: 'assistant',
      content: 'Hi',
    })
    expect(sealed(claude)).toEqual({ role: 'assistant', content: 'Hi' })
  })

  it('H44: namespaces are put in front of names, and come off again', () => {
    const tools: Tool[] = [{ ...LOOK, namespace: 'files' }]
    const sent = send(foreign({ dialect: 'openai-responses', tools }))
    expect(sent.json['tools']).toMatchObject([{ function: { name: 'files__look' } }])
    expect(sent.toolNames.toClient('files__look')).toEqual({ name: 'look', namespace: 'files', kind: 'function' })
  })

  it('H45: free-text tools stay themselves at OpenAI and are wrapped elsewhere', () => {
    const grammar = { type: 'grammar', syntax: 'lark', definition: 'start: "x"' }
    const tools: Tool[] = [{ type: 'custom', name: 'patch', description: 'Patches.', format: grammar, at: 'tools[0]' }]
    const turns: Turn[] = [{ role: 'assistant', parts: [{ ...call('a', '*** x', 'patch'), kind: 'custom' } as Part] }]
    const native = send(foreign({ tools, turns }), OPENAI_MODEL).json as unknown as {
      tools: object[]
      messages: Message[]
    }
    expect(native.tools[0]).toMatchObject({ type: 'custom', custom: { name: 'patch', format: grammar } })
    expect(native.messages[0]!.tool_calls![0]).toEqual({
      id: 'a',
      type: 'custom',
      custom: { name: 'patch', input: '*** x' },
    })
    const wrapped = send(foreign({ tools, turns }))
    expect(wrapped.json['tools']).toMatchObject([
      { type: 'function', function: { name: 'patch', description: expect.stringContaining('start: "x"') } },
    ])
    expect((wrapped.json['messages'] as unknown as Message[])[0]!.tool_calls![0]!.function.arguments).toBe(
      '{"input":"*** x"}',
    )
    expect(wrapped.toolNames.toClient('patch')).toEqual({ name: 'patch', kind: 'custom' })
  })

  it('H46: a subset of the tools is named at OpenAI, and is all that others get', () => {
    const tools: Tool[] = [LOOK, { ...LOOK, name: 'other' }]
    const toolChoice = { mode: 'required', allowed: ['look'], given: true } as const
    expect(send(foreign({ tools, toolChoice }), OPENAI_MODEL).json['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'look' } }] },
    })
    const sent = send(foreign({ tools, toolChoice })).json as unknown as { tools: object[]; tool_choice: string }
    expect(sent.tools).toHaveLength(1)
    expect(sent.tool_choice).toBe('required')
    expect(() => send(foreign({ tools, toolChoice: { mode: 'tool', name: 'gone', given: true } }))).toThrow(/gone/)
    expect(() => send(foreign({ toolChoice: { mode: 'required', given: true } }))).toThrow(/no tool/)
    expect(() => send(foreign({ tools, toolChoice }), { forcedTools: false })).toThrow(/made to call/)
  })

  it('H54: cache marks go to Claude wherever it is served, and are named where they get lost', () => {
    const turns: Turn[] = [{ role: 'user', parts: [{ ...text('x'), cache: { ttl: '1h' } }] }]
    const marked = send(foreign({ turns }), {}, { id: 'anthropic/claude-sonnet-4.5' })
    expect(marked.json['messages']).toMatchObject([{ content: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] }])
    const plain = send(foreign({ turns }))
    expect(plain.json['messages']).toEqual([{ role: 'user', content: 'x' }])
    expect(plain.dropped).toBe('cache_control')
  })

  it('H60: the system may speak anywhere, or only first, in the role that the model knows', () => {
    const turns: Turn[] = [
      { role: 'system', kind: 'instructions', parts: [text('a')] },
      { role: 'system', kind: 'developer', parts: [text('b')] },
      { role: 'user', parts: [text('c')] },
      { role: 'system', kind: 'system', parts: [text('d')] },
    ]
    expect(messagesOf(turns).map(({ role }) => role)).toEqual(['system', 'system', 'user', 'system'])
    expect(messagesOf(turns, OPENAI_MODEL).map(({ role }) => role)).toEqual([
      'developer',
      'developer',
      'user',
      'developer',
    ])
    expect(messagesOf(turns, { midSystem: false })).toEqual([
      { role: 'system', content: 'a\n\nb' },
      { role: 'user', content: 'c' },
      { role: 'user', content: '<system-reminder>\nd\n</system-reminder>' },
    ])
    expect(messagesOf(turns.slice(0, 1), { midSystem: false })).toEqual([{ role: 'system', content: 'a' }])
  })

  it('H61: an assistant turn may stand first and last; where that is refused the user speaks', () => {
    const turns: Turn[] = [{ role: 'assistant', parts: [text('Hello ')] }]
    expect(messagesOf(turns)).toEqual([{ role: 'assistant', content: 'Hello ' }])
    expect(messagesOf(turns, { prefill: false }).at(-1)).toEqual({ role: 'user', content: 'Continue.' })
  })

  it('H64: the limit of the answer has the name that the model knows, and is clamped to what it can', () => {
    expect(send(ask({ max_tokens: 5 }), OPENAI_MODEL).body).toMatchObject({ max_completion_tokens: 5 })
    const sent = send(ask({ max_completion_tokens: 500 }), { maxOutputTokens: 100 })
    expect(sent.body).toMatchObject({ max_tokens: 100 })
    expect(sent.dropped).toBe('max_tokens=100')
  })

  it('H65: sampling that a model refuses is dropped and named', () => {
    const conversation = ask({ temperature: 1.7, top_p: 0.9, presence_penalty: 1, logprobs: true, top_k: 3 })
    const none = send(conversation, { sampling: 'none' })
    expect(none.body).not.toHaveProperty('temperature')
    expect(none.dropped).toBe('temperature, top_p, top_k, presence_penalty, logprobs')
    const one = send(conversation, { sampling: 'one', maxTemperature: 1 })
    expect(one.body).toMatchObject({ temperature: 1 })
    expect(one.dropped).toBe('temperature=1, top_p')
  })

  it('H66: stop sequences that cannot be sent are refused', () => {
    expect(() => send(ask({ stop: 'x' }), { stop: false })).toThrow(/stop sequences/)
    expect(() => send(ask({ stop: ['1', '2', '3', '4', '5'] }), OPENAI_MODEL)).toThrow(/at most 4/)
    expect(() => send(ask({ n: 2 }), { manyAnswers: false })).toThrow(/one answer/)
  })

  it('H72: members that nobody knows survive in this dialect only', () => {
    const conversation = ask({ top_n_sigma: 1, metadata: { a: 'b' } })
    expect(send(conversation).body).toMatchObject({ top_n_sigma: 1, metadata: { a: 'b' } })
    expect(send({ ...conversation, dialect: 'gemini' }).body).not.toHaveProperty('top_n_sigma')
  })

  it('H75: images that OpenAI does not take are refused by name', () => {
    const turns: Turn[] = [
      {
        role: 'user',
        parts: [{ type: 'image', at: 'here', source: { kind: 'base64', mediaType: 'image/heic', data: 'AAAA' } }],
      },
    ]
    expect(() => send(foreign({ turns }), OPENAI_MODEL)).toThrow(/image\/heic/)
    const video: Turn[] = [
      { role: 'user', parts: [{ type: 'video', at: 'here', source: { kind: 'url', url: 'https://x' } }] },
    ]
    expect(() => send(foreign({ turns: video }))).toThrow(/video/)
  })

  it('asks for thinking by the nearest level that the model has', () => {
    expect(send(ask({ reasoning_effort: 'xhigh' }), { efforts: ['low', 'high'] })).toMatchObject({
      body: { reasoning_effort: 'high' },
      dropped: 'reasoning_effort=high',
    })
    expect(send(foreign({ reasoning: { budgetTokens: 8_000 } }))).toMatchObject({
      body: { reasoning_effort: 'medium' },
      dropped: 'reasoning.max_tokens=medium',
    })
    expect(send(ask({ reasoning_effort: 'high' }), { thinking: 'none' }).dropped).toBe('reasoning_effort')
    expect(send(ask({ reasoning_effort: 'none' }), { thinking: 'none' }).dropped).toBe('')
  })

  it('H68: a tool stands in for a schema that the model cannot be held to', () => {
    const output = { type: 'json-schema', name: 'n', schema: { type: 'object' } } as const
    const sent = send(foreign({ output }), { structuredOutput: 'tool' })
    expect(sent.outputTool).toBe('give_answer')
    expect(sent.body).toMatchObject({ tool_choice: { function: { name: 'give_answer' } } })
    const both = send(foreign({ output, tools: [LOOK] }), { structuredOutput: 'tool' })
    expect(both.body).toMatchObject({ tool_choice: 'required' })
    expect(() => send(foreign({ output }), { structuredOutput: 'none' })).toThrow(/JSON schema/)
  })

  it('names tools that run at another provider as dropped, and refuses to force them', () => {
    const server: Tool = {
      type: 'server',
      dialect: 'anthropic-messages',
      name: 'web_search',
      at: 'tools[1]',
      value: {},
    }
    const sent = send(foreign({ tools: [LOOK, server] }))
    expect(sent.json['tools']).toHaveLength(1)
    expect(sent.dropped).toBe('tools[1]')
    const toolChoice = { mode: 'tool', name: 'web_search', given: true } as const
    expect(() => send(foreign({ tools: [LOOK, server], toolChoice }))).toThrow(/another provider/)
  })

  it('hashes names of end users and caches of other dialects where they are too long, and leaves its own alone', () => {
    const long = 'u'.repeat(150)
    const { json } = send(foreign({ endUser: long, cacheKey: long }), OPENAI_MODEL)
    expect(json['user']).toMatch(/^[0-9a-f]{64}$/)
    expect(json['prompt_cache_key']).toMatch(/^[0-9a-f]{64}$/)
    expect(send(foreign({ endUser: 'u' })).json['user']).toBe('u')
    expect(send(ask({ user: long })).json['user']).toBe(long)
  })

  it('keeps the envelope of foreign thinking closed to upstreams', () => {
    const secret = envelope.close({ dialect: 'anthropic-messages', data: 'SIG' })
    const details = [{ type: 'reasoning.text', text: 'Hm', signature: secret, index: 0 }]
    const body = send(ask({ messages: [{ role: 'assistant', content: 'Hi', reasoning_details: details }] })).body
    expect(body['messages']).toEqual([{ role: 'assistant', content: 'Hi' }])
  })
})
