// The fake speaks to the official SDK as OpenAI does.
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts'

let upstream: FakeUpstream
let client: OpenAI

beforeAll(async () => {
  upstream = await startFakeUpstream()
  client = new OpenAI({ apiKey: 'sk-test', baseURL: upstream.url, maxRetries: 0 })
})
afterAll(() => upstream.close())

const HELLO = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello there, friend' }] }
const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
}

test('answers a chat with a dated model, text and the usage that the rule of four gives', async () => {
  const reply = await client.chat.completions.create(HELLO)
  expect(reply).toMatchObject({ object: 'chat.completion', model: 'gpt-4o-2024-08-06' })
  expect(reply.choices).toHaveLength(1)
  expect(Object.keys(reply.choices[0]!)).toEqual(
    expect.arrayContaining(['index', 'message', 'logprobs', 'finish_reason']),
  )
  const text = reply.choices[0]?.message.content ?? ''
  expect(reply.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 16, total_tokens: 21 })
  expect(Math.ceil(Buffer.byteLength(text) / 4)).toBe(16)
  const again = await client.chat.completions.create({ ...HELLO, model: 'gpt-4o-mini' })
  expect(again.model).toBe('gpt-4o-mini-2024-07-18')
  expect(again.choices[0]?.message.content).toBe(text)
})

test('cuts the answer at max_tokens and says so', async () => {
  const reply = await client.chat.completions.create({ ...HELLO, max_completion_tokens: 3 })
  expect(reply.choices[0]?.finish_reason).toBe('length')
  expect(reply.usage?.completion_tokens).toBe(3)
})

test('streams role, pieces, finish; no usage key unless asked', async () => {
  const chunks = await Array.fromAsync(await client.chat.completions.create({ ...HELLO, stream: true }))
  expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' })
  expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
  expect(chunks).toHaveLength(18)
  expect(chunks.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1)).toBe(true)
})

test('streams usage in a last chunk without choices, and null on the others, when asked', async () => {
  const stream = await client.chat.completions.create({
    ...HELLO,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks = await Array.fromAsync(stream)
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 16 } })
})

test('streams n choices side by side, whole and streamed', async () => {
  const whole = await client.chat.completions.create({ ...HELLO, n: 3 })
  expect(whole.choices.map((choice) => choice.index)).toEqual([0, 1, 2])
  const stream = await client.chat.completions.create({ ...HELLO, n: 3, stream: true })
  const indexes = new Set<number>()
  for await (const chunk of stream) indexes.add(chunk.choices[0]!.index)
  expect([...indexes].sort((a, b) => a - b)).toEqual([0, 1, 2])
})

test('calls tools when forced or asked, whole and streamed, and answers with text after their results', async () => {
  const forced = await client.chat.completions.create({ ...HELLO, tools: [WEATHER], tool_choice: 'required' })
  const call = forced.choices[0]?.message.tool_calls?.[0]
  expect(forced.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
  expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
  const args: unknown = call?.type === 'function' ? JSON.parse(call.function.arguments) : undefined
  expect(args).toMatchObject({ city: 'Paris', days: expect.any(Number) })
  const runner = client.chat.completions.stream({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'What is the weather? [[testkit: tools=2]]' }],
    tools: [WEATHER],
  })
  const streamed = await runner.finalChatCompletion()
  expect(streamed.choices[0]?.message.tool_calls).toHaveLength(2)
  expect(streamed.choices[0]?.finish_reason).toBe('tool_calls')
  const after = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [
      HELLO.messages[0]!,
      forced.choices[0]!.message,
      { role: 'tool', tool_call_id: call!.id, content: 'sunny' },
    ],
    tools: [WEATHER],
  })
  expect(after.choices[0]?.message.content).not.toBe('')
})

test('answers legacy completions, embeddings, images, moderations and models', async () => {
  const completion = await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Say', max_tokens: 5 })
  expect(completion.choices[0]).toMatchObject({ finish_reason: 'length', text: 'Fairlead the né lin' })
  const parts = await Array.fromAsync(await client.completions.create({ model: 'm', prompt: 'Say', stream: true }))
  expect(parts.map((part) => part.choices[0]?.text).join('')).toContain('Fairlead')
  const input = ['a', 'b']
  const floats = await client.embeddings.create({ model: 'text-embedding-3-small', input, encoding_format: 'float' })
  const base64 = await client.embeddings.create({ model: 'text-embedding-3-small', input })
  expect(floats.data[1]?.embedding).toHaveLength(1536)
  expect(Math.hypot(...floats.data[1]!.embedding)).toBeCloseTo(1, 5)
  expect(base64.data[1]?.embedding).toEqual(floats.data[1]?.embedding)
  const image = await client.images.generate({ model: 'gpt-image-1', prompt: 'a rope', n: 2 })
  expect(image.data).toHaveLength(2)
  expect(Buffer.from(image.data![0]!.b64_json!, 'base64').toString('latin1', 1, 4)).toBe('PNG')
  const moderation = await client.moderations.create({ input: ['fine', 'kill'] })
  expect(moderation.results.map((result) => result.flagged)).toEqual([false, true])
  const models = await client.models.list()
  expect(models.data.map((model) => model.id)).toContain('gpt-4o')
  expect((await client.models.retrieve('gpt-4o')).owned_by).toBe('system')
})

test.each([
  ['{"model": "gpt-4o"', 400, null],
  ['[]', 400, null],
  ['{"messages": []}', 400, null],
  ['{"model": "gpt-4o"}', 400, 'messages'],
  ['{"model": "gpt-4o", "messages": []}', 400, 'messages'],
  ['{"model": "gpt-4o", "messages": "hi"}', 400, 'messages'],
  ['{"model": "gpt-4o", "messages": [{"role": "cook", "content": ""}]}', 400, 'messages[0].role'],
  ['{"model": "gpt-4o", "messages": [{"role": "user", "content": 1}]}', 400, 'messages[0].content'],
  ['{"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "temperature": 3}', 400, 'temperature'],
  ['{"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "stream_options": {}}', 400, 'stream_options'],
])('refuses %s as OpenAI does', async (body, status, param) => {
  const response = await fetch(`${upstream.url}/chat/completions`, { method: 'POST', body })
  expect(response.status).toBe(status)
  const { error } = JSON.parse(await response.text())
  expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code'])
  expect(error).toMatchObject({ type: 'invalid_request_error', param })
})

test('refuses unknown paths, keys and, when strict, models', async () => {
  expect((await fetch(`${upstream.url}/nothing`)).status).toBe(404)
  expect((await fetch(`${upstream.url}/models/none`)).status).toBe(404)
  expect((await fetch(`${upstream.url}/chat/completions`)).status).toBe(405)
  await using strict = await startFakeUpstream({ openai: { keys: ['sk-good'], models: ['one'], strictModels: true } })
  const call = async (key: string, model: string) => {
    const headers = { authorization: `Bearer ${key}` }
    const body = JSON.stringify({ ...HELLO, model })
    return (await fetch(`${strict.url}/chat/completions`, { method: 'POST', headers, body })).status
  }
  expect(await call('sk-bad', 'one')).toBe(401)
  expect(await call('sk-good', 'two')).toBe(404)
  expect(await call('sk-good', 'one')).toBe(200)
})
