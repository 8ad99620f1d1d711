import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryTurns } from '../../core/__fixtures__/arbitrary-turns.ts'
import type { Part } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  SONNET,
  OPUS_48,
  NOVA,
  LLAMA,
  GPT_OSS,
  encode,
  refusal,
  text,
  user,
  assistant,
  system,
  call,
  result,
  tool,
  GIF,
} from './__fixtures__/talk.ts'

describe('turns', () => {
  it('are a plain body for a plain question', () => {
    const { body, notes } = encode({ turns: [system(text('Be brief.')), user('Hello')], maxOutputTokens: 100 })
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 100 },
    })
    expect(notes).toBe('')
  })

  it('H26: arguments that were left empty are an empty object', () => {
    const { body } = encode({ turns: [user('When?'), assistant(call('a', 'now', '')), user(result('a'))] })
    expect(body['messages']).toMatchObject([{}, { content: [{ toolUse: { toolUseId: 'a', input: {} } }] }, {}])
  })

  it('H27: arguments that were cut off are told as they stand', () => {
    for (const input of ['{"city": "Ber', '[1]', '"x"']) {
      const { body } = encode({ turns: [user('When?'), assistant(call('a', 'now', input)), user(result('a'))] })
      expect(body['messages']).toMatchObject([{}, { content: [{ toolUse: { input: { _raw: input } } }] }, {}])
    }
  })

  it('H28, H29: ids and names that Bedrock would refuse have stand-ins, the same for call and result', () => {
    const odd = `call.${'x'.repeat(80)}`
    const name = `mcp.server/${'y'.repeat(80)}`
    const { body, toolNames } = encode({
      tools: [tool(name)],
      turns: [user('When?'), assistant(call(odd, name)), user(result(odd))],
    })
    const text = JSON.stringify(body)
    const [id] = /call_[0-9a-f]{24}/.exec(text) ?? ['?']
    expect(text.split(id)).toHaveLength(3)
    const [sent = '?'] = /mcp_server_[\w-]+/.exec(text) ?? []
    expect(sent.length).toBeLessThanOrEqual(64)
    expect(toolNames.toClient(sent).name).toBe(name)
  })

  it('H31: results of parallel calls stand together in the next message, in order, and missing ones are said to be missing', () => {
    const turns = [
      user('When?'),
      assistant(call('a'), call('b'), call('c')),
      user(result('b', 'two')),
      user(result('a', 'one')),
      user('Well?'),
    ]
    const { body } = encode({ turns })
    expect(body['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'a', content: [{ text: 'one' }] } },
          { toolResult: { toolUseId: 'b', content: [{ text: 'two' }] } },
          { toolResult: { toolUseId: 'c', status: 'error' } },
          { text: 'Well?' },
        ],
      },
    ])
  })

  it('H31: models that take nothing beside results and calls get them in messages of their own', () => {
    const turns = [user('When?'), assistant('Let me see.', call('a')), user(result('a'), 'Well?')]
    const { body } = encode({ turns }, LLAMA)
    const kinds = (body['messages'] as unknown as { role: string; content: JsonObject[] }[]).map(
      ({ role, content }) => `${role}: ${content.map((block) => Object.keys(block)[0]).join(' ')}`,
    )
    expect(kinds).toEqual([
      'user: text',
      'assistant: text',
      'user: text',
      'assistant: toolUse',
      'user: toolResult',
      'assistant: text',
      'user: text',
    ])
  })

  it('H36: a result that is an error has that status', () => {
    const { body } = encode({
      turns: [user('?'), assistant(call('a')), user(result('a', 'broken', { isError: true }))],
    })
    expect(body['messages']).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { status: 'error', content: [{ text: 'broken' }] } }] },
    ])
  })

  it('H42: big numbers in arguments and schemas keep every digit', () => {
    const { body } = encode({
      turns: [user('?'), assistant(call('a', 'now', '{"id":9007199254740993,"x":1.0}')), user(result('a'))],
    })
    expect(JSON.stringify(body)).toContain('{"id":9007199254740993,"x":1.0}')
  })

  it('H61: an assistant who begins, roles in a row, and a beginning with white space behind it', () => {
    const { body } = encode({ turns: [assistant('Hi'), user('a'), user('b'), assistant('c'), assistant('It is \n')] })
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: '(no content)' }] },
      { role: 'assistant', content: [{ text: 'Hi' }] },
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [{ text: 'c' }, { text: 'It is' }] },
    ])
  })

  it('H61: a model that does not go on with an answer is asked to; one that was not begun is left out', () => {
    const { body, notes } = encode({ turns: [user('a'), assistant('It is')] }, OPUS_48)
    expect(body['messages']).toMatchObject([
      {},
      { role: 'assistant' },
      { role: 'user', content: [{ text: 'Continue.' }] },
    ])
    expect(notes).toBe('messages=continued')
    expect(encode({ turns: [user('a'), assistant('  ')] }).body['messages']).toHaveLength(1)
  })

  it('H62: blank text goes, and its cache mark moves to the block before', () => {
    const { body } = encode({
      turns: [
        system(text('S'), text(' ', { cache: { ttl: '5m' } })),
        user(text('a'), text('\n', { cache: { ttl: '5m' } }), text('')),
      ],
    })
    expect(body).toEqual({
      system: [{ text: 'S' }, { cachePoint: { type: 'default' } }],
      messages: [{ role: 'user', content: [{ text: 'a' }, { cachePoint: { type: 'default' } }] }],
    })
    expect(encode({ turns: [user(' ')] }).body['messages']).toEqual([
      { role: 'user', content: [{ text: '(no content)' }] },
    ])
  })

  it('reasoning goes back with its signature, and only to the deployment that made it', () => {
    const thought = (seal: object | undefined, more: object = {}): Part => ({
      type: 'reasoning',
      at: '',
      text: 'Hm.',
      summary: [],
      redacted: false,
      ...(seal === undefined ? {} : { seal: seal as never }),
      ...more,
    })
    const sent = (part: Part): unknown => {
      const { body } = encode({ turns: [user('?'), assistant(part, 'So.'), user('And?')] })
      return (body['messages'] as unknown as { content: JsonObject[] }[])[1]?.content
    }
    const signed = [{ reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } }, { text: 'So.' }]
    expect(sent(thought({ dialect: 'bedrock-converse', data: 'c2ln' }))).toEqual(signed)
    expect(sent(thought({ dialect: 'anthropic-messages', data: 'c2ln', origin: 'bedrock/a' }))).toEqual(signed)
    for (const seal of [
      undefined,
      { dialect: 'gemini', data: 'x' },
      { dialect: 'bedrock-converse', data: 'x', origin: 'bedrock/b' },
    ]) {
      expect(sent(thought(seal))).toEqual([{ text: 'So.' }])
    }
    const redacted = { redacted: true, text: '' }
    expect(sent(thought({ dialect: 'bedrock-converse', data: 'RXU4RQ==' }, redacted))).toMatchObject([
      { reasoningContent: { redactedContent: 'RXU4RQ==' } },
      {},
    ])
    expect(sent(thought({ dialect: 'anthropic-messages', data: 'Eu8E' }, redacted))).toMatchObject([
      { reasoningContent: { redactedContent: Buffer.from('Eu8E').toString('base64') } },
      {},
    ])
    expect(
      encode({ turns: [user('?'), assistant(thought({ dialect: 'bedrock-converse', data: 'x' })), user('And?')] }).body[
        'messages'
      ],
    ).toMatchObject([{}, { content: [{ text: '(no content)' }] }, {}])
  })

  it('any history at all is one that Bedrock takes, or is refused by name', () => {
    const targets = [SONNET, OPUS_48, NOVA, LLAMA, GPT_OSS]
    const mode = fc.constantFrom('auto' as const, 'none' as const)
    fc.assert(
      fc.property(arbitraryTurns, fc.constantFrom(...targets), fc.boolean(), mode, (turns, target, hasTools, mode) => {
        const tools = hasTools ? [tool('now', { cache: { ttl: '1h' } }), tool('get_weather')] : []
        const { body } = encode({ turns, tools, toolChoice: { mode, given: true }, cache: { ttl: '5m' } }, target)
        checkMessages(body, target)
      }),
      { numRuns: 2_000 },
    )
  })
})

/** What Bedrock checks before it asks a model. */
function checkMessages(body: JsonObject, target: TargetModel): void {
  const messages = body['messages'] as unknown as {
    role: string
    content: Record<string, { toolUseId: string; name: string }>[]
  }[]
  const all = messages.flatMap(({ content }) => content)
  const ids = all.flatMap((block) => block['toolUse']?.toolUseId ?? [])
  expect(messages[0]?.role).toBe('user')
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
  for (const [index, { role, content }] of messages.entries()) {
    if (index > 0) expect(role).not.toBe(messages[index - 1]?.role)
    expect(content.length).toBeGreaterThan(0)
    const calls = content.flatMap((block) => block['toolUse']?.toolUseId ?? [])
    const results = messages[index + 1]?.content.flatMap((block) => block['toolResult']?.toolUseId ?? []) ?? []
    if (role === 'assistant') expect(results).toEqual(calls)
    if (!target.id.includes('llama')) continue
    const ofTools = content.filter((block) => block['toolUse'] !== undefined || block['toolResult'] !== undefined)
    expect([0, content.length]).toContain(ofTools.length)
  }
  for (const [index, block] of all.entries()) {
    const words = (block as JsonObject)['text']
    if (typeof words === 'string' && all[index + 1]?.['cachePoint'] === undefined) expect(words.trim()).not.toBe('')
  }
  const names = all.flatMap((block) => block['toolUse']?.name ?? [])
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
  if (ids.length > 0) expect(body['toolConfig']).toBeDefined()
  const points = JSON.stringify(body).split('"cachePoint"').length - 1
  expect(points).toBeLessThanOrEqual(/claude|nova/.test(target.id) ? 4 : 0)
  const documents = all.flatMap((block) => block['document']?.name ?? [])
  expect(new Set(documents).size).toBe(documents.length)
}

describe('media', () => {
  const picture = (source: object, at = 'messages[0].content[1]'): Part => ({
    type: 'image',
    at,
    source: source as never,
  })

  it('are bytes with a format', () => {
    const { body, notes } = encode({ turns: [user('What is it?', { ...picture(GIF), detail: 'high' } as Part)] })
    expect(body['messages']).toMatchObject([
      { content: [{}, { image: { format: 'gif', source: { bytes: GIF.data } } }] },
    ])
    expect(notes).toBe('messages[0].content[1].detail')
  })

  it.each([
    [{ kind: 'url', url: 'https://example.com/a.png' }, /bytes themselves/],
    [{ kind: 'file-id', id: 'file-1', dialect: 'openai-chat' }, /another provider/],
    [{ kind: 'base64', mediaType: 'image/svg+xml', data: 'PHN2Zz4=' }, /image\/svg\+xml/],
  ])('that cannot be sent are refused by name: %j', (source, message) => {
    const error = refusal({ turns: [user('?', picture(source))] })
    expect(error).toMatchObject({ code: 'invalid_request', param: 'messages[0].content[1]' })
    expect(error.message).toMatch(message)
  })

  it('of a kind that Claude does not take are refused, and others get them', () => {
    const sound: Part = {
      type: 'audio',
      at: 'messages[0].content[0]',
      source: { kind: 'base64', mediaType: 'audio/mpeg', data: 'SUQz' },
    }
    expect(refusal({ turns: [user(sound)] }).message).toContain('audio')
    expect(encode({ turns: [user(sound)] }, NOVA).body['messages']).toMatchObject([
      { content: [{ audio: { format: 'mp3' } }] },
    ])
  })

  it('documents have unique, plain names and words beside them', () => {
    const file = (name: string): Part => ({
      type: 'file',
      at: 'a',
      name,
      source: { kind: 'text', mediaType: 'text/plain', text: 'Lines' },
    })
    const { body } = encode({ turns: [user(file('Re:  port?.md'), file('Re  port md'), file(''))] })
    expect(body['messages']).toMatchObject([
      {
        content: [
          { text: 'See the attached documents.' },
          {
            document: { name: 'Re port md', format: 'md', source: { bytes: Buffer.from('Lines').toString('base64') } },
          },
          { document: { name: 'Re port md (2)', format: 'txt' } },
          { document: { name: 'Document' } },
        ],
      },
    ])
  })

  it('in results stay there for Claude and Nova and follow the results for others', () => {
    const turns = [
      user('?'),
      assistant(call('a')),
      user(result('a', 'Look:', { parts: [text('Look:'), picture(GIF)] })),
    ]
    for (const target of [SONNET, NOVA]) {
      expect(encode({ turns }, target).body['messages']).toMatchObject([
        {},
        {},
        { content: [{ toolResult: { content: [{ text: 'Look:' }, { image: {} }] } }] },
      ])
    }
    expect(encode({ turns }, GPT_OSS).body['messages']).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [{ text: 'Look:' }] } }] },
      { role: 'assistant' },
      { content: [{ image: {} }] },
    ])
  })
})
