import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import { ask, decode, envelope, send, withoutPlaces } from './__fixtures__/support.ts'

const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }

function paramOf(body: object): string | null {
  try {
    decode(body)
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError)
    return (error as GatewayError).param
  }
  return null
}

function partOf(content: object): Part {
  const [turn] = ask({ messages: [{ role: 'user', content: [content] }] }).turns
  return turn!.parts[0]!
}

describe('a request', () => {
  it('is read with all its roles and parts, one turn a message', () => {
    const { turns } = ask({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Really.', cache_control: { type: 'ephemeral' } }] },
        { role: 'user', name: 'ada', content: 'Hi' },
        { role: 'assistant', content: null, tool_calls: [call('a', 'look', '{"x":1}'), custom('b', 'patch', '***')] },
        { role: 'tool', tool_call_id: 'a', content: 'seen' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'done' }] },
      ],
    })
    expect(turns).toEqual([
      { role: 'system', kind: 'system', parts: [{ type: 'text', at: 'messages[0].content', text: 'Be brief.' }] },
      {
        role: 'system',
        kind: 'developer',
        parts: [{ type: 'text', at: 'messages[1].content[0]', text: 'Really.', cache: { ttl: '5m' } }],
      },
      { role: 'user', name: 'ada', parts: [{ type: 'text', at: 'messages[2].content', text: 'Hi' }] },
      {
        role: 'assistant',
        parts: [
          {
            type: 'tool-call',
            at: 'messages[3].tool_calls[0]',
            id: 'a',
            name: 'look',
            kind: 'function',
            input: '{"x":1}',
          },
          { type: 'tool-call', at: 'messages[3].tool_calls[1]', id: 'b', name: 'patch', kind: 'custom', input: '***' },
        ],
      },
      { role: 'user', parts: [expect.objectContaining({ type: 'tool-result', callId: 'a', kind: 'function' })] },
      { role: 'user', parts: [expect.objectContaining({ type: 'tool-result', callId: 'b', kind: 'custom' })] },
    ])
  })

  it('may use the deprecated functions', () => {
    const conversation = ask({
      functions: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
      function_call: { name: 'look' },
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{}' } },
        { role: 'function', name: 'look', content: 'seen' },
      ],
    })
    expect(conversation.tools).toMatchObject([{ type: 'function', name: 'look', at: 'functions[0]' }])
    expect(conversation.toolChoice).toEqual({ mode: 'tool', name: 'look', given: true })
    const { messages } = send(conversation).json as unknown as {
      messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[]
    }
    expect(messages[1]!.tool_calls![0]!.id).toBe(messages[2]!.tool_call_id)
  })

  it('keeps what only this dialect has as extensions, and nothing else', () => {
    const { extensions, serviceTier, endUser, cacheKey } = ask({
      modalities: ['text', 'audio'],
      audio: { voice: 'alloy', format: 'wav' },
      prediction: { type: 'content', content: 'x' },
      web_search_options: {},
      store: true,
      metadata: { a: 'b' },
      something: { new: [1] },
      nothing: null,
      service_tier: 'flex',
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'k',
    })
    expect(Object.keys(extensions)).toEqual([
      'modalities',
      'audio',
      'prediction',
      'web_search_options',
      'store',
      'metadata',
      'something',
      'safety_identifier',
    ])
    expect([serviceTier, endUser, cacheKey]).toEqual(['flex', 'u', 'k'])
    expect(ask({ safety_identifier: 's' })).toMatchObject({ endUser: 's', extensions: {} })
  })

  it('asks for a form of the answer', () => {
    const schema = { type: 'object' }
    expect(ask({ response_format: { type: 'json_object' } }).output).toEqual({ type: 'json' })
    expect(
      ask({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } } }).output,
    ).toEqual({ type: 'json-schema', name: 'n', schema, strict: true })
    expect(paramOf({ model: 'm', messages: [{ role: 'user' }], response_format: { type: 'regex' } })).toBe(
      'response_format.type',
    )
  })

  it('asks for thinking in its own words or in OpenRouter’s', () => {
    expect(ask({ reasoning_effort: 'xhigh' }).reasoning).toEqual({ effort: 'xhigh' })
    expect(ask({ reasoning_effort: 'default' }).reasoning).toEqual({})
    expect(ask({ reasoning: { max_tokens: 2000, exclude: true } }).reasoning).toEqual({
      budgetTokens: 2000,
      visible: false,
    })
    expect(ask({ reasoning: { enabled: false } }).reasoning).toEqual({ effort: 'none' })
    expect(paramOf({ model: 'm', messages: [{ role: 'user' }], reasoning_effort: 'huge' })).toBe('reasoning_effort')
  })

  it('names the field that is wrong', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(paramOf({ messages })).toBe('model')
    expect(paramOf({ model: 'm' })).toBe('messages')
    expect(paramOf({ model: 'm', messages: [] })).toBe('messages')
    expect(paramOf({ model: 'm', messages: [{ role: 'king' }] })).toBe('messages[0].role')
    expect(paramOf({ model: 'm', messages: [{ role: 'user', content: 7 }] })).toBe('messages[0].content')
    expect(paramOf({ model: 'm', messages: [{ role: 'user', content: [{ type: 'smell' }] }] })).toBe(
      'messages[0].content[0].type',
    )
    expect(paramOf({ model: 'm', messages, temperature: 'hot' })).toBe('temperature')
    expect(paramOf({ model: 'm', messages, stop: [1] })).toBe('stop[0]')
    expect(paramOf({ model: 'm', messages, tools: [{ type: 'function', function: {} }] })).toBe(
      'tools[0].function.name',
    )
    expect(paramOf({ model: 'm', messages, n: 0 })).toBe('n')
  })

  it('H46: a choice of a tool that is not there is refused', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const absent = { type: 'function', function: { name: 'gone' } }
    expect(paramOf({ model: 'm', messages, tools: [TOOL], tool_choice: absent })).toBe('tool_choice')
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [absent] } }
    expect(paramOf({ model: 'm', messages, tools: [TOOL], tool_choice: allowed })).toBe(
      'tool_choice.allowed_tools.tools[0]',
    )
  })

  it('H64: of the two limits of the answer the newer one counts', () => {
    expect(ask({ max_tokens: 5, max_completion_tokens: 7 }).maxOutputTokens).toBe(7)
    expect(ask({ max_tokens: 5 }).maxOutputTokens).toBe(5)
  })

  it('H66: stop is a string or an array', () => {
    expect(ask({ stop: 'END' }).sampling.stop).toEqual(['END'])
    expect(ask({ stop: ['A', 'B'] }).sampling.stop).toEqual(['A', 'B'])
    expect(ask({ stop: null }).sampling.stop).toEqual([])
  })

  it('H08: an explicit false keeps the usage away', () => {
    expect(ask({ stream: true, stream_options: { include_usage: false } }).usageAsked).toBe(false)
    expect(ask({ stream: true, stream_options: { include_usage: true } }).usageAsked).toBe(true)
    expect(ask({ stream: true, stream_options: null }).usageAsked).toBe(false)
  })

  it('H73: null is the same as absent, everywhere', () => {
    const fields = [
      'tools',
      'stop',
      'temperature',
      'top_p',
      'n',
      'seed',
      'stream',
      'stream_options',
      'logit_bias',
      'user',
    ]
    const more = [
      'tool_choice',
      'response_format',
      'reasoning_effort',
      'reasoning',
      'max_tokens',
      'functions',
      'logprobs',
    ]
    const nulls = Object.fromEntries([...fields, ...more, 'metadata', 'audio'].map((field) => [field, null]))
    expect(ask(nulls)).toEqual(ask())
    expect(send(ask({ tools: [], tool_choice: 'auto', parallel_tool_calls: true })).body).toEqual(send(ask()).body)
  })

  it('H75: media types are put right, by what the bytes say first', () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAE='
    const image = (url: string): Part => partOf({ type: 'image_url', image_url: { url, detail: 'low' } })
    const source = { kind: 'base64', mediaType: 'image/png', data: png }
    expect(image(`data:image/png;base64,${png}`)).toMatchObject({ type: 'image', source, detail: 'low' })
    expect(image(`data:IMAGE/JPG;charset=utf-8;base64,${png}`)).toMatchObject({ type: 'image', source })
    expect(image(`data:;base64,${png}`)).toMatchObject({ type: 'image', source })
    expect(image('data:image/jpg;base64,AAAA')).toMatchObject({ source: { mediaType: 'image/jpeg' } })
    expect(image('data:image/svg+xml,%3Csvg/%3E')).toMatchObject({
      source: { mediaType: 'image/svg+xml', data: Buffer.from('<svg/>').toString('base64') },
    })
    expect(image('https://example.com/a.png')).toMatchObject({ source: { kind: 'url' } })
    expect(image('data:application/pdf;base64,JVBERi0=')).toMatchObject({ type: 'file' })
    expect(partOf({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } })).toMatchObject({
      source: { mediaType: 'audio/mpeg' },
    })
    expect(partOf({ type: 'file', file: { file_data: 'JVBERi0=', filename: 'a.pdf' } })).toMatchObject({
      name: 'a.pdf',
      source: { mediaType: 'application/pdf' },
    })
    expect(partOf({ type: 'file', file: { file_id: 'file-1' } })).toMatchObject({
      source: { kind: 'file-id', id: 'file-1', dialect: 'openai-chat' },
    })
  })

  it('H42: numbers that a double cannot hold pass unharmed, in schemas and in arguments that came as an object', () => {
    const body = `{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":
      {"name":"f","arguments":{"id":12345678901234567890,"x":1.0}}}]}],
      "tools":[{"type":"function","function":{"name":"f","parameters":{"maximum":1e400,"minimum":-0}}}]}`
    const conversation = decode(
      JSON.parse(body, (_key, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' ? JSON.rawJSON(context?.source ?? '') : value,
      ) as object,
    )
    expect(conversation.turns[0]!.parts[0]).toMatchObject({ input: '{"id":12345678901234567890,"x":1.0}' })
    expect(JSON.stringify(send(conversation).body)).toContain('"parameters":{"maximum":1e400,"minimum":-0}')
  })

  it('H43: odd characters come out as they went in', () => {
    const text = 'a\u2028b\u0000c\ud83d'
    const conversation = ask({ messages: [{ role: 'user', content: text }] })
    expect(conversation.turns[0]!.parts[0]).toMatchObject({ text })
    expect(JSON.stringify(send(conversation).body)).toContain('"a\u2028b\\u0000c\\ud83d"')
  })

  it('H54: cache marks are kept on parts, on messages and on tools', () => {
    const mark = { type: 'ephemeral', ttl: '1h' }
    const conversation = ask({
      messages: [
        { role: 'system', content: 'S', cache_control: mark },
        { role: 'assistant', content: [{ type: 'text', text: 'A', cache_control: { type: 'ephemeral' } }] },
        { role: 'tool', tool_call_id: 'x', content: [{ type: 'text', text: 'T', cache_control: mark }] },
      ],
      tools: [{ ...TOOL, cache_control: mark }],
    })
    const [system, assistant, tool] = conversation.turns
    expect(system!.parts[0]!.cache).toEqual({ ttl: '1h' })
    expect(assistant!.parts[0]!.cache).toEqual({ ttl: '5m' })
    expect(tool!.parts[0]).toMatchObject({ parts: [{ cache: { ttl: '1h' } }] })
    expect(conversation.tools[0]).toMatchObject({ cache: { ttl: '1h' } })
  })

  it('H40: a thought signature inside our envelope comes back to whoever made it', () => {
    const seal = { dialect: 'gemini', data: 'SIG', origin: 'google/1' } as const
    const signed = { google: { thought_signature: envelope.close(seal) } }
    const raw = { google: { thought_signature: 'RAW' } }
    const [turn] = ask({
      messages: [
        {
          role: 'assistant',
          content: 'Text',
          extra_content: raw,
          tool_calls: [{ ...call('a', 'f', '{}'), extra_content: signed }],
        },
      ],
    }).turns
    expect(turn!.parts).toMatchObject([{ seal: { dialect: 'openai-chat', data: 'RAW' } }, { seal }])
  })

  it('leaves out thinking whose envelope was tampered with, and opens the others', () => {
    const seal = { dialect: 'anthropic-messages', data: 'SIG', origin: 'a/1' } as const
    const secret = envelope.close(seal)
    const details = [
      { type: 'reasoning.text', text: 'One', signature: secret, index: 0 },
      { type: 'reasoning.text', text: 'Two', signature: `${secret}x`, index: 1 },
      { type: 'reasoning.encrypted', data: secret, index: 2 },
      { type: 'reasoning.text', text: 'Theirs', signature: 'abc', format: 'anthropic-claude-v1', index: 0 },
    ]
    const [turn] = ask({ messages: [{ role: 'assistant', content: 'Hi', reasoning_details: details }] }).turns
    expect(withoutPlaces(turn!.parts)).toEqual([
      { type: 'reasoning', text: 'One', summary: [], redacted: false, seal },
      { type: 'reasoning', text: '', summary: [], redacted: true, seal },
      {
        type: 'reasoning',
        text: 'Theirs',
        summary: [],
        redacted: false,
        seal: { dialect: 'openai-chat', data: JSON.stringify([details[3]]) },
      },
      { type: 'text', text: 'Hi' },
    ])
  })

  it('gives a conversation or says what is wrong, whatever stands in any field', () => {
    const keys = [
      'role',
      'content',
      'type',
      'text',
      'tool_calls',
      'function',
      'custom',
      'name',
      'arguments',
      'image_url',
    ]
    const more = [
      'url',
      'file',
      'input_audio',
      'reasoning_details',
      'signature',
      'index',
      'extra_content',
      'google',
      '__proto__',
    ]
    const words = [
      'user',
      'assistant',
      'tool',
      'system',
      'text',
      'image_url',
      'function',
      'file',
      'data:,',
      'ZmwxLnNlYWwuWyJ4Il0',
      'auto',
    ]
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        fc.constantFrom(...words),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys, ...more), tie('value'), { maxKeys: 4 }),
      ),
    }))
    const fields = fc.constantFrom(
      'messages',
      'tools',
      'tool_choice',
      'functions',
      'function_call',
      'response_format',
      'stop',
      'reasoning',
      'reasoning_effort',
      'stream_options',
      'n',
      'logit_bias',
      'cache_control',
      'seed',
      'user',
      'zzz',
    )
    const message = fc.dictionary(fc.constantFrom(...keys, ...more), value, { maxKeys: 5 })
    const body = fc.record({
      fields: fc.dictionary(fields, value, { maxKeys: 3 }),
      messages: fc.array(message, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(body, ({ fields: some, messages }) => {
        try {
          const conversation = decode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }, ...messages], ...some })
          send(conversation)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect(error.tableCode).toBe('invalid_request')
        }
      }),
      { numRuns: 3_000 },
    )
  })
})

function call(id: string, name: string, input: string): object {
  return { id, type: 'function', function: { name, arguments: input } }
}

function custom(id: string, name: string, input: string): object {
  return { id, type: 'custom', custom: { name, input } }
}
