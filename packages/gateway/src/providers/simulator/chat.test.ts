import OpenAI, { APIError, BadRequestError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator } from './server.ts'
import type { Simulator } from './server.ts'

let simulator: Simulator
let client: OpenAI

beforeAll(async () => {
  simulator = await startSimulator({ models: [{ id: 'gpt-4o' }], tokensPerSecond: 100_000 })
  client = new OpenAI({ baseURL: simulator.url, apiKey: 'unused', maxRetries: 0 })
})
afterAll(() => simulator.close())

const HELLO: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello!' }]

const WEATHER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather at a place',
    parameters: {
      type: 'object',
      properties: { location: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['location'],
    },
  },
}

async function refusal(body: Record<string, unknown>): Promise<{ status: number; error: Record<string, unknown> }> {
  const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
  const { error } = (await response.json()) as { error: Record<string, unknown> }
  return { status: response.status, error }
}

describe('a JSON answer', () => {
  test('greets, says that it is simulated, and has every key that OpenAI documents', async () => {
    const answer = await client.chat.completions.create({ model: 'gpt-4o', messages: HELLO })
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'gpt-4o', service_tier: 'default' })
    expect(answer.id).toMatch(/^chatcmpl-/)
    expect(answer.created).toBeGreaterThan(1_700_000_000)
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: '[simulated answer from gpt-4o] Hello! How can I help you today?',
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ])
    expect(answer.usage).toMatchObject({ prompt_tokens: 9, total_tokens: 9 + (answer.usage?.completion_tokens ?? 0) })
  })

  test('is the same text for the same request', async () => {
    const ask = () =>
      client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Write a poem' }] })
    const [one, other] = [await ask(), await ask()]
    expect(one.choices).toEqual(other.choices)
    expect(one.usage).toEqual(other.usage)
    expect(one.id).not.toBe(other.id)
  })

  test('stops at max_tokens with the reason length', async () => {
    const answer = await client.chat.completions.create({ model: 'm', messages: HELLO, max_tokens: 3 })
    expect(answer.choices[0]?.finish_reason).toBe('length')
    expect(answer.usage?.completion_tokens).toBe(3)
  })

  test('stops before a stop sequence', async () => {
    const answer = await client.chat.completions.create({ model: 'm', messages: HELLO, stop: ['How'] })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '[simulated answer from m] Hello! ' },
    })
  })

  test('gives n different answers, numbered', async () => {
    const answer = await client.chat.completions.create({ model: 'm', messages: HELLO, n: 3 })
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1, 2])
    expect(new Set(answer.choices.map((choice) => choice.message.content)).size).toBe(3)
  })

  test('reads text parts and counts attachments', async () => {
    const content: OpenAI.ChatCompletionContentPart[] = [
      { type: 'text', text: 'What is in this picture?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
    ]
    const answer = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] })
    expect(answer.choices[0]?.message.content).toContain('“What is in this picture?”, with 1 attachment')
  })

  test('fits the schema that was asked for', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, ages: { type: 'array', items: { type: 'integer' }, minItems: 2 } },
      required: ['name', 'ages'],
      additionalProperties: false,
    }
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      response_format: { type: 'json_schema', json_schema: { name: 'people', schema, strict: true } },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ name: 'simulated name', ages: [1, 1] })
  })

  test('is an object that says it is simulated when any JSON was asked for', async () => {
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toMatchObject({ simulated: true, model: 'm' })
  })
})

describe('a streamed answer', () => {
  test('is the same text in pieces, with the role first and one finish at the end', async () => {
    const whole = await client.chat.completions.create({ model: 'm', messages: HELLO })
    const chunks = await Array.fromAsync(
      await client.chat.completions.create({ model: 'm', messages: HELLO, stream: true }),
    )
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      whole.choices[0]?.message.content,
    )
    expect(chunks.map((chunk) => chunk.choices[0]?.finish_reason)).toEqual([...chunks.slice(1).map(() => null), 'stop'])
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
  })

  test('ends with a usage chunk without choices when asked, and null on the others', async () => {
    const stream = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    const last = chunks.at(-1)
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 9 } })
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  })

  test('keeps the answers of n apart by index', async () => {
    const stream = await client.chat.completions.create({ model: 'm', messages: HELLO, stream: true, n: 2 })
    const texts = ['', '']
    for await (const chunk of stream) {
      const [choice] = chunk.choices
      if (choice !== undefined) texts[choice.index] += choice.delta.content ?? ''
    }
    const whole = await client.chat.completions.create({ model: 'm', messages: HELLO, n: 2 })
    expect(texts).toEqual(whole.choices.map((choice) => choice.message.content))
  })

  test('is plain server-sent events with [DONE] at the end', async () => {
    const body = JSON.stringify({ model: 'm', messages: HELLO, stream: true })
    const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const text = await response.text()
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
    expect(text.split('\n\n').every((event) => event === '' || event.startsWith('data: '))).toBe(true)
  })
})

describe('tools', () => {
  const question: OpenAI.ChatCompletionMessageParam = { role: 'user', content: "What's the weather in San Francisco?" }

  test('calls the tool that the prompt names, with arguments from its schema and the prompt', async () => {
    const answer = await client.chat.completions.create({ model: 'm', messages: [question], tools: [WEATHER] })
    const [choice] = answer.choices
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    const [call] = choice?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no function call')
    expect(call).toMatchObject({ id: expect.stringMatching(/^call_/), function: { name: 'get_weather' } })
    expect(JSON.parse(call.function.arguments)).toMatchObject({ location: 'San Francisco', unit: expect.any(String) })
  })

  test('answers with text when nothing names a tool, or when none is allowed', async () => {
    const free = await client.chat.completions.create({ model: 'm', messages: HELLO, tools: [WEATHER] })
    expect(free.choices[0]?.finish_reason).toBe('stop')
    const none = await client.chat.completions.create({
      model: 'm',
      messages: [question],
      tools: [WEATHER],
      tool_choice: 'none',
    })
    expect(none.choices[0]?.finish_reason).toBe('stop')
  })

  test.each([
    ['required', 'required' as const],
    ['a named one', { type: 'function' as const, function: { name: 'get_weather' } }],
  ])('calls a tool when the choice is %s', async (_name, tool_choice) => {
    const answer = await client.chat.completions.create({ model: 'm', messages: HELLO, tools: [WEATHER], tool_choice })
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('never calls a tool that changes things because of a chance word', async () => {
    const write: OpenAI.ChatCompletionTool = { type: 'function', function: { name: 'Write' } }
    const ask = (content: string) =>
      client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }], tools: [write] })
    expect((await ask('Write a poem')).choices[0]?.finish_reason).toBe('stop')
    expect((await ask('Please use the Write tool')).choices[0]?.finish_reason).toBe('tool_calls')
    expect((await ask('Go on [[simulate: tool=Write]]')).choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('streams a call as id and name once, then pieces of arguments', async () => {
    const stream = client.chat.completions.stream({ model: 'm', messages: [question], tools: [WEATHER] })
    const final = await stream.finalChatCompletion()
    const [call] = final.choices[0]?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no function call')
    expect(JSON.parse(call.function.arguments)).toMatchObject({ location: 'San Francisco' })
    expect(final.choices[0]?.finish_reason).toBe('tool_calls')
  })

  test("answers with text after a tool's result", async () => {
    const first = await client.chat.completions.create({ model: 'm', messages: [question], tools: [WEATHER] })
    const message = first.choices[0]!.message
    const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: 'Fog, 12 °C' }
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: [question, message, result],
      tools: [WEATHER],
    })
    expect(answer.choices[0]?.message.content).toBe('[simulated answer from m] get_weather returned: Fog, 12 °C')
  })

  test('answers the deprecated functions with function_call', async () => {
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: [question],
      functions: [WEATHER.function],
    })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'function_call',
      message: { function_call: { name: 'get_weather' } },
    })
  })
})

describe('a bad request', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no model', { messages: HELLO }, 'model'],
    ['no messages', { model: 'm' }, 'messages'],
    ['messages that are no array', { model: 'm', messages: 'Hello' }, 'messages'],
    ['no message at all', { model: 'm', messages: [] }, 'messages'],
    ['a message that is no object', { model: 'm', messages: ['Hello'] }, 'messages[0]'],
    ['an unknown role', { model: 'm', messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role'],
    ['a user without content', { model: 'm', messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['content of a wrong type', { model: 'm', messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [
      'an unknown part',
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'x' }] }] },
      'messages[0].content[0].type',
    ],
    [
      'a result without a call',
      { model: 'm', messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] },
      'messages[0].role',
    ],
    ['temperature 3', { model: 'm', messages: HELLO, temperature: 3 }, 'temperature'],
    ['temperature as text', { model: 'm', messages: HELLO, temperature: '1' }, 'temperature'],
    ['max_tokens 0', { model: 'm', messages: HELLO, max_tokens: 0 }, 'max_tokens'],
    ['n 1.5', { model: 'm', messages: HELLO, n: 1.5 }, 'n'],
    ['stream as text', { model: 'm', messages: HELLO, stream: 'yes' }, 'stream'],
    ['stream_options without stream', { model: 'm', messages: HELLO, stream_options: {} }, 'stream_options'],
    ['tool_choice without tools', { model: 'm', messages: HELLO, tool_choice: 'auto' }, 'tool_choice'],
    ['five stop sequences', { model: 'm', messages: HELLO, stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    ['an unknown format', { model: 'm', messages: HELLO, response_format: { type: 'xml' } }, 'response_format.type'],
  ])('with %s is a 400 that names the field', async (_name, body, param) => {
    const { status, error } = await refusal(body)
    expect(status).toBe(400)
    expect(error).toEqual({
      message: expect.stringMatching(/.{10}/),
      type: 'invalid_request_error',
      param,
      code: expect.any(String),
    })
  })

  test('that leaves a tool call unanswered is a 400', async () => {
    const calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }]
    const { status, error } = await refusal({
      model: 'm',
      messages: [{ role: 'assistant', tool_calls: calls }, ...HELLO],
    })
    expect(status).toBe(400)
    expect(error['message']).toContain('call_1')
  })

  test("raises the SDK's own error", async () => {
    const promise = client.chat.completions.create({ model: 'm', messages: [] })
    await expect(promise).rejects.toThrow(BadRequestError)
    await expect(promise).rejects.toBeInstanceOf(APIError)
  })
})
