// The fake refuses what the real providers refuse, in their words: one row, one mistake.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type CallReply } from '../clients/http.ts'
import { type FakeUpstream, startFakeProvider } from './fake-upstream.ts'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startFakeProvider()
})
afterAll(() => upstream.close())

const user = (content: unknown) => ({ role: 'user', content })
const PIXEL = 'iVBORw0KGgo='

describe('openai-chat', () => {
  const send = (body: object): Promise<CallReply> =>
    call(`${upstream.origin}/v1/chat/completions`, { body: { model: 'gpt-4o', messages: [user('hi')], ...body } })
  const calling = (id = 'call_1', name = 'f') => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }],
  })
  const tool = (name: string) => ({ type: 'function', function: { name } })

  test.each<[string, object, string]>([
    ['a call without its result', { messages: [user('a'), calling(), user('b')] }, 'must be followed by tool messages'],
    ['a call that is the last word', { messages: [user('a'), calling()] }, 'did not have response messages: call_1'],
    [
      'a result without a call',
      { messages: [user('a'), { role: 'tool', tool_call_id: 'x', content: '' }] },
      "'tool' must be a response",
    ],
    [
      'an image in a tool message',
      {
        messages: [
          user('a'),
          calling(),
          {
            role: 'tool',
            tool_call_id: 'call_1',
            content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }],
          },
        ],
      },
      "only allowed for messages with role 'user'",
    ],
    [
      'an id that is too long',
      { messages: [user('a'), calling('c'.repeat(65)), { role: 'tool', tool_call_id: 'c'.repeat(65), content: '' }] },
      'maximum length 64',
    ],
    ['a tool name off the pattern', { tools: [tool('a.b')] }, 'does not match pattern'],
    ['a tool name that is too long', { tools: [tool('a'.repeat(65))] }, 'string too long'],
    ['no tools at all', { tools: [] }, "Invalid 'tools': empty array"],
    ['a choice without tools', { tool_choice: 'auto' }, "only allowed when 'tools' are specified"],
    ['a choice of an absent tool', { tools: [tool('f')], tool_choice: tool('g') }, "'g' not found"],
    ['words that are null', { messages: [user(null)] }, 'expected a string, got null'],
    ['more than 128 answers', { n: 129 }, 'Expected a value <= 128'],
    ['answers without number', { n: 1e238 }, 'integer above maximum value'],
    ['a temperature of 3', { temperature: 3 }, 'decimal above maximum value'],
    ['five stops', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'array too long'],
    ['json without the word', { response_format: { type: 'json_object' } }, "must contain the word 'json'"],
    [
      'an open strict schema',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', strict: true, schema: { type: 'object', properties: {} } },
        },
      },
      "'additionalProperties' is required",
    ],
    ['max_tokens for a reasoning model', { model: 'gpt-5', max_tokens: 5 }, "Use 'max_completion_tokens' instead"],
    [
      'temperature for a reasoning model',
      { model: 'o3-mini', temperature: 0.5 },
      'Only the default (1) value is supported',
    ],
    [
      'stream options without a stream',
      { stream_options: { include_usage: true } },
      "only allowed when 'stream' is enabled",
    ],
  ])('refuses %s', async (_, body, words) => {
    const reply = await send(body)
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(words) },
    })
  })
})

describe('openai-responses', () => {
  const send = (body: object): Promise<CallReply> =>
    call(`${upstream.origin}/v1/responses`, { body: { model: 'gpt-5', input: 'hi', ...body } })
  const called = (call_id: string) => ({ type: 'function_call', call_id, name: 'f', arguments: '{}' })
  const output = (call_id: string) => ({ type: 'function_call_output', call_id, output: 'x' })
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAforeign' }

  test.each<[string, object, string]>([
    ['a call id that is too long', { input: [called('c'.repeat(65)), output('c'.repeat(65))] }, 'maximum length 64'],
    ['an output without its call', { input: [output('c')] }, 'No tool call found for function call output'],
    ['a call without its output', { input: [called('c')] }, 'No tool output found for function call c'],
    ['reasoning of another deployment', { input: [reasoning, called('c'), output('c')] }, 'could not be verified'],
    [
      'reasoning that leads nowhere',
      {
        input: [
          { role: 'user', content: 'a' },
          { ...reasoning, encrypted_content: undefined },
        ],
      },
      'not found',
    ],
    ['a summary that is missing', { input: [{ type: 'reasoning', id: 'rs_1' }] }, "input[0].summary'"],
    ['text of chat', { input: [{ role: 'user', content: [{ type: 'text', text: 'a' }] }] }, "Invalid value: 'text'"],
    ['messages', { messages: [] }, "has moved to 'input'"],
    ['max_tokens', { max_tokens: 5 }, "has moved to 'max_output_tokens'"],
    ['what it does not know', { top_k: 5 }, "Unknown parameter: 'top_k'"],
    ['too few tokens', { max_output_tokens: 15 }, 'Expected a value >= 16'],
    ['tools in the shape of chat', { tools: [{ type: 'function', function: { name: 'f' } }] }, "tools[0].name'"],
    ['an id of another kind', { input: [{ ...called('c'), id: 'call_9' }, output('c')] }, "begins with 'fc'"],
    ['a response that is gone', { previous_response_id: 'resp_x' }, "Previous response with id 'resp_x' not found"],
    [
      'effort for a model without',
      { model: 'gpt-4o', reasoning: { effort: 'low' } },
      "'reasoning.effort' is not supported",
    ],
  ])('refuses %s', async (_, body, words) => {
    const reply = await send(body)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.json).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(words) },
    })
  })

  test('reasoning stands before what it led to, and neither comes without the other', async () => {
    upstream.answer({ reasoning: 'Hm.', toolCalls: [{ name: 'f' }] })
    const include = ['reasoning.encrypted_content']
    const tools = [{ type: 'function', name: 'f' }]
    const first = await send({ store: false, include, tools })
    const { output: items } = first.json as { output: { type: string; call_id: string }[] }
    const result = output(items[1]!.call_id)
    const then = (input: object[]): Promise<CallReply> => send({ store: false, include, tools, input })
    expect((await then([...items, result])).status).toBe(200)
    expect((await then([items[1]!, result])).text).toContain("without its required 'reasoning' item")
    expect((await then([{ role: 'user', content: 'a' }, items[0]!])).text).toContain(
      'without its required following item',
    )
  })
})

describe('anthropic-messages', () => {
  const HEADERS = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }
  const send = (body: object, headers: Record<string, string> = {}): Promise<CallReply> =>
    call(`${upstream.origin}/v1/messages`, {
      headers: { ...HEADERS, ...headers },
      body: { model: 'claude-sonnet-4-5', max_tokens: 4096, messages: [user('hi')], ...body },
    })
  const text = (words: string) => ({ type: 'text', text: words })
  const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} })
  const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'x' })
  const assistant = (...content: object[]) => ({ role: 'assistant', content })
  const tools = [{ name: 'f', input_schema: { type: 'object' } }]

  test.each<[string, object, string]>([
    ['max_tokens that is missing', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['empty text', { messages: [user([text('')])] }, 'text content blocks must be non-empty'],
    ['blank text', { messages: [user([text(' \n')])] }, 'must contain non-whitespace text'],
    ['an empty turn', { messages: [user('')] }, 'user messages must have non-empty content'],
    ['an empty system text', { system: [text('')] }, 'system: text content blocks must be non-empty'],
    [
      'results that come late',
      { messages: [user('a'), assistant(use('a')), user([text('b'), result('a')])], tools },
      'without `tool_result` blocks immediately after: a',
    ],
    [
      'results that are missing',
      { messages: [user('a'), assistant(use('a'), use('b')), user([result('a')])], tools },
      'immediately after: b',
    ],
    ['results without a call', { messages: [user([result('x')])] }, 'unexpected `tool_use_id`'],
    ['what it does not know', { presence_penalty: 1 }, 'presence_penalty: Extra inputs are not permitted'],
    [
      'a strange member of a block',
      { messages: [user([{ ...text('a'), id: 'x' }])] },
      'messages.0.content.0.text.id: Extra inputs',
    ],
    ['a temperature of 1.5', { temperature: 1.5 }, 'temperature: range: 0..1'],
    [
      'thinking with a forced tool',
      { thinking: { type: 'enabled', budget_tokens: 1024 }, tools, tool_choice: { type: 'any' } },
      'tool_choice forces tool use',
    ],
    [
      'more thinking than tokens',
      { thinking: { type: 'enabled', budget_tokens: 4096 } },
      'must be greater than `thinking.budget_tokens`',
    ],
    [
      'a signature that it did not make',
      { messages: [user('a'), assistant({ type: 'thinking', thinking: 'x', signature: 'foreign' }), user('b')] },
      'Invalid `signature` in `thinking` block',
    ],
    ['a system turn', { messages: [user('a'), { role: 'system', content: 'b' }] }, 'Unexpected role "system"'],
    ['an assistant who begins', { messages: [assistant(text('a'))] }, 'first message must use the "user" role'],
    [
      'a tool id off the pattern',
      { messages: [user('a'), assistant(use('a.b')), user([result('a.b')])], tools },
      'String should match pattern',
    ],
    [
      'a prefill that ends in white space',
      { messages: [user('a'), { role: 'assistant', content: 'So ' }] },
      'cannot end with trailing whitespace',
    ],
    ['temperature for Claude 4.7', { model: 'claude-opus-4-7', temperature: 1 }, 'not supported on this model'],
    [
      'five cache marks',
      { system: Array.from({ length: 5 }, () => ({ ...text('a'), cache_control: { type: 'ephemeral' } })) },
      'A maximum of 4 blocks',
    ],
    [
      'a member of a beta without the beta',
      { context_management: {} },
      'context_management: Extra inputs are not permitted',
    ],
    [
      'a schema that is no object',
      { tools: [{ name: 'f', input_schema: {} }] },
      'tools.0.custom.input_schema.type: Field required',
    ],
    ['a blank stop', { stop_sequences: ['\n'] }, 'each stop sequence must contain non-whitespace'],
  ])('refuses %s', async (_, body, words) => {
    const reply = await send(body)
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(words) },
    })
  })

  test('wants a key, a version and betas that exist; old versions want roles in turn', async () => {
    const bare = await call(`${upstream.origin}/v1/messages`, { body: {} })
    expect([bare.status, bare.json]).toEqual([
      401,
      expect.objectContaining({ error: { type: 'authentication_error', message: 'x-api-key header is required' } }),
    ])
    const unversioned = await call(`${upstream.origin}/v1/messages`, { headers: { 'x-api-key': 'k' }, body: {} })
    expect(unversioned.text).toContain('anthropic-version: header is required')
    expect((await send({}, { 'anthropic-beta': 'no_such_thing' })).text).toContain(
      'Unexpected value(s) `no_such_thing`',
    )
    const twice = { messages: [user('a'), user('b')] }
    expect((await send(twice)).status).toBe(200)
    expect((await send(twice, { 'anthropic-version': '2023-01-01' })).text).toContain('roles must alternate')
    expect(
      (await send({ messages: [user('a'), { role: 'system', content: 'b' }] }, { 'anthropic-version': '2026-10-21' }))
        .status,
    ).toBe(200)
  })

  test('takes its own thinking back, unless somebody changed it', async () => {
    upstream.answer({ reasoning: 'Hm.', toolCalls: [{ name: 'f' }] })
    const thinking = { type: 'enabled', budget_tokens: 1024 }
    const first = (await send({ tools, thinking })).json as { content: { id: string; thinking: string }[] }
    const [thought, called] = first.content
    const then = (block: object): Promise<CallReply> =>
      send({ tools, thinking, messages: [user('a'), assistant(block, called!), user([result(called!.id)])] })
    expect((await then(thought!)).status).toBe(200)
    expect((await then({ ...thought!, thinking: 'Hm!' })).text).toContain('cannot be modified')
    expect((await then(text('So:'))).text).toContain('Expected `thinking` or `redacted_thinking`, but found `text`')
  })
})

describe('gemini', () => {
  const send = (body: object, model = 'gemini-2.5-flash'): Promise<CallReply> =>
    call(`${upstream.origin}/v1beta/models/${model}:generateContent`, {
      headers: { 'x-goog-api-key': 'k' },
      body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...body },
    })
  const declared = (parameters: object) => ({ tools: [{ functionDeclarations: [{ name: 'f', parameters }] }] })
  const turn = (role: string, ...parts: object[]) => ({ role, parts })
  const called = { functionCall: { name: 'f', args: {} } }
  const answered = { functionResponse: { name: 'f', response: { output: 'x' } } }

  test.each<[string, object, string]>([
    [
      '$schema',
      declared({ type: 'object', $schema: 'x', properties: {} }),
      'Unknown name "$schema" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
    ],
    [
      'additionalProperties',
      declared({ type: 'object', additionalProperties: false, properties: {} }),
      'Unknown name "additionalProperties"',
    ],
    [
      'const',
      declared({ type: 'object', properties: { a: { const: 1 } } }),
      'Unknown name "const" at \'tools[0].function_declarations[0].parameters.properties.a\'',
    ],
    ['types in a list', declared({ type: ['object', 'null'] }), 'Proto field is not repeating, cannot start list.'],
    [
      'an enum of numbers',
      declared({ type: 'object', properties: { a: { type: 'string', enum: [1] } } }),
      'TYPE_STRING',
    ],
    [
      'fewer results than calls',
      { contents: [turn('user', { text: 'a' }), turn('model', called, called), turn('user', answered)] },
      'number of function response parts is equal',
    ],
    ['a result without a call', { contents: [turn('user', answered)] }, 'immediately after a function call turn'],
    [
      'a call after a model turn',
      { contents: [turn('model', { text: 'a' }), turn('model', called)] },
      'function call turn comes immediately after a user turn',
    ],
    [
      'a role that it does not know',
      { contents: [turn('assistant', { text: 'a' })] },
      'Please use a valid role: user, model.',
    ],
    ['no parts', { contents: [turn('user')] }, 'contents.parts must not be empty'],
    ['a strange member', { max_tokens: 5 }, 'Unknown name "maxTokens"'],
    ['six stops', { generationConfig: { stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] } }, 'value must be in 0..5'],
    ['a name off the pattern', { tools: [{ functionDeclarations: [{ name: '1f' }] }] }, 'Invalid function name'],
    [
      'a level for 2.5',
      { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } },
      'Thinking level is not supported',
    ],
    [
      'a signature that it did not make',
      {
        contents: [
          turn('user', { text: 'a' }),
          turn('model', { text: 'b', thoughtSignature: 'eA==' }),
          turn('user', { text: 'c' }),
        ],
      },
      'Corrupted thought signature.',
    ],
    [
      'a gif',
      { contents: [turn('user', { inlineData: { mimeType: 'image/gif', data: PIXEL } })] },
      'Unsupported MIME type: image/gif',
    ],
  ])('refuses %s', async (_, body, words) => {
    const reply = await send(body)
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject({
      error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining(words) },
    })
  })

  test('Gemini 3 wants the signature of the running turn back, or the sentinel', async () => {
    const contents = (call: object) => ({
      contents: [turn('user', { text: 'a' }), turn('model', call), turn('user', answered)],
    })
    const model = 'gemini-3-pro-preview'
    expect((await send(contents(called), model)).text).toContain('missing a thought_signature')
    expect((await send(contents(called))).status).toBe(200)
    expect(
      (await send(contents({ ...called, thoughtSignature: 'skip_thought_signature_validator' }), model)).status,
    ).toBe(200)
    upstream.answer({ toolCalls: [{ name: 'f' }, { name: 'f' }] })
    const first = (await send({}, model)).json as {
      candidates: { content: { parts: { thoughtSignature?: string }[] } }[]
    }
    const { parts } = first.candidates[0]!.content
    expect(parts.map((part) => part.thoughtSignature !== undefined)).toEqual([true, false])
    const again = { contents: [turn('user', { text: 'a' }), turn('model', ...parts), turn('user', answered, answered)] }
    expect((await send(again, model)).status).toBe(200)
  })

  test('reads snake_case too, wants a key, and puts errors of array streams into an array', async () => {
    const snake = { system_instruction: { parts: [{ text: 'a' }] }, generation_config: { max_output_tokens: 5 } }
    expect((await send(snake)).status).toBe(200)
    const url = `${upstream.origin}/v1beta/models/gemini-2.5-flash:streamGenerateContent`
    const bare = await call(url, { body: {} })
    expect([bare.status, bare.json]).toEqual([
      403,
      [{ error: expect.objectContaining({ status: 'PERMISSION_DENIED' }) }],
    ])
  })
})

describe('bedrock-converse', () => {
  const send = (body: object): Promise<CallReply> =>
    call(`${upstream.origin}/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse`, {
      headers: { authorization: 'Bearer k' },
      body: { messages: [user([{ text: 'hi' }])], ...body },
    })
  const use = { toolUse: { toolUseId: 'a', name: 'f', input: {} } }
  const result = { toolResult: { toolUseId: 'a', content: [{ text: 'x' }] } }
  const assistant = (...content: object[]) => ({ role: 'assistant', content })
  const history = [user([{ text: 'a' }]), assistant(use), user([result])]
  const toolConfig = { tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }] }

  test.each<[string, object, string]>([
    ['tools in the history without toolConfig', { messages: history }, 'The toolConfig field must be defined'],
    [
      'two turns of a role',
      { messages: [user([{ text: 'a' }]), user([{ text: 'b' }])] },
      'must alternate between user and assistant roles',
    ],
    ['an assistant who begins', { messages: [assistant({ text: 'a' })] }, 'must start with a user message'],
    ['blank text', { messages: [user([{ text: ' ' }])] }, 'is blank. Add text to the text field'],
    ['an empty turn', { messages: [user([])] }, 'The content field in the Message object at messages.0 is empty'],
    [
      'a result that is missing',
      { messages: [...history.slice(0, 2), user([{ text: 'b' }])], toolConfig },
      'Expected toolResult blocks at messages.2.content for the following Ids: a',
    ],
    [
      'a result without a call',
      { messages: [user([result])], toolConfig },
      'exceeds the number of toolUse blocks of previous turn',
    ],
    [
      'an id off the pattern',
      { messages: [user([{ text: 'a' }]), assistant({ toolUse: { ...use.toolUse, toolUseId: 'a.b' } })], toolConfig },
      'regular expression pattern',
    ],
    [
      'a document without words',
      { messages: [user([{ document: { name: 'a', format: 'pdf', source: { bytes: PIXEL } } }])] },
      'must contain a text block when a document block is present',
    ],
    [
      'a document name with a dot',
      { messages: [user([{ text: 'a' }, { document: { name: 'a.pdf', format: 'pdf', source: { bytes: PIXEL } } }])] },
      'document file name can only contain',
    ],
    ['a temperature of 1.5', { inferenceConfig: { temperature: 1.5 } }, 'less than or equal to 1'],
    ['no tools at all', { toolConfig: { tools: [] } }, 'failed to satisfy constraint'],
    [
      'a signature that it did not make',
      {
        messages: [
          user([{ text: 'a' }]),
          assistant({ reasoningContent: { reasoningText: { text: 'x', signature: 'y' } } }, { text: 'b' }),
          user([{ text: 'c' }]),
        ],
      },
      'Invalid `signature` in `thinking` block',
    ],
  ])('refuses %s', async (_, body, words) => {
    const reply = await send(body)
    expect(reply.status).toBe(400)
    expect(reply.headers['x-amzn-errortype']).toMatch(/^ValidationException/)
    expect(reply.json).toMatchObject({ message: expect.stringContaining(words) })
  })
})
