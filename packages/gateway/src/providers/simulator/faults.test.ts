import { once } from 'node:events'
import { request } from 'node:http'
import OpenAI, { RateLimitError } from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { FailureShare, readDirectives } from './faults.ts'
import { startSimulator } from './server.ts'
import type { Simulator, SimulatorOptions } from './server.ts'

let simulator: Simulator | undefined
afterEach(() => simulator?.close())

async function start(options: Partial<SimulatorOptions> = {}): Promise<OpenAI> {
  simulator = await startSimulator({ models: [], tokensPerSecond: 100_000, ...options })
  return new OpenAI({ baseURL: simulator.url, apiKey: 'unused', maxRetries: 0 })
}

function say(content: string, stream = false) {
  return { model: 'm', messages: [{ role: 'user' as const, content }], stream }
}

/** Sends a chat request by hand and reads until the connection ends, however it ends. */
async function raw(content: string, stream: boolean): Promise<{ status: number; text: string; complete: boolean }> {
  const call = request(`${simulator?.url}/chat/completions`, { method: 'POST' })
  call.end(JSON.stringify(say(content, stream)))
  const [response] = await once(call, 'response')
  let text = ''
  try {
    for await (const chunk of response) text += String(chunk)
  } catch {
    // A connection that breaks is what the test asked for; `complete` says so.
  }
  return { status: response.statusCode, text, complete: response.complete }
}

const events = (text: string) =>
  text.split('\n\n').filter((event) => event.includes('"content":') && !event.includes('"role"'))

describe('a directive in the prompt', () => {
  test.each([400, 401, 503])('error=%i gives that status', async (status) => {
    const client = await start()
    await expect(client.chat.completions.create(say(`Hi [[simulate: error=${status}]]`))).rejects.toMatchObject({
      status,
    })
  })

  test('429=3 gives a rate limit with a wait of three seconds in every header', async () => {
    const client = await start()
    const error = await client.chat.completions.create(say('[[simulate: 429=3]]')).catch((reason: unknown) => reason)
    if (!(error instanceof RateLimitError)) throw error
    expect(error.code).toBe('rate_limit_exceeded')
    expect(error.headers.get('retry-after')).toBe('3')
    expect(error.headers.get('x-ratelimit-reset-requests')).toBe('3s')
  })

  test('slow=80 waits that long before the first byte', async () => {
    const client = await start()
    const startMs = performance.now()
    await client.chat.completions.create(say('[[simulate: slow=80]]'))
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(79)
  })

  test('cut=5 breaks a stream after exactly five tokens', async () => {
    await start()
    const { status, text, complete } = await raw('Tell me a story [[simulate: cut=5]]', true)
    expect({ status, complete, tokens: events(text).length }).toEqual({ status: 200, complete: false, tokens: 5 })
  })

  test('cut=5 breaks a JSON answer in the middle', async () => {
    await start()
    const { text, complete } = await raw('Tell me a story [[simulate: cut=5]]', false)
    expect(complete).toBe(false)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('fail=3 ends a stream with an error that the SDK raises', async () => {
    const client = await start()
    const stream = await client.chat.completions.create({
      ...say('Tell me a story [[simulate: fail=3]]'),
      stream: true,
    })
    await expect(Array.fromAsync(stream)).rejects.toThrow(/Simulated failure/)
  })

  test('tokens=500 gives an answer of 500 tokens', async () => {
    const client = await start()
    const answer = await client.chat.completions.create(say('[[simulate: tokens=500]]'))
    expect(answer).toMatchObject({ usage: { completion_tokens: 500 } })
  })

  test('that is unknown is a 400 that lists the known ones', async () => {
    const client = await start()
    await expect(client.chat.completions.create(say('[[simulate: explode=1]]'))).rejects.toThrow(
      /400 .*explode.*stall.*tool/,
    )
    await expect(client.chat.completions.create(say('[[simulate: error=200]]'))).rejects.toThrow(
      /400 .*from 400 to 599/,
    )
  })

  test('works in the input of every endpoint', async () => {
    const client = await start()
    const failed = { status: 503, code: 'server_is_overloaded' }
    const text = 'x [[simulate: error=503]]'
    await expect(client.completions.create({ model: 'm', prompt: text })).rejects.toMatchObject(failed)
    await expect(client.embeddings.create({ model: 'm', input: text })).rejects.toMatchObject(failed)
    await expect(client.images.generate({ model: 'm', prompt: text, size: '64x64' })).rejects.toMatchObject(failed)
    await expect(client.moderations.create({ input: text })).rejects.toMatchObject(failed)
  })

  test('is taken out of the text, and several may stand together', () => {
    expect(readDirectives('Hello [[simulate: slow=5, cut=2]] there [[ Simulate:tool=f ]]')).toEqual({
      directives: { slowMs: 5, cutAfterTokens: 2, tool: 'f' },
      text: 'Hello  there',
    })
    expect(readDirectives('[[wiki link]]')).toEqual({ directives: {}, text: '[[wiki link]]' })
  })
})

describe('configured faults', () => {
  test('fail exactly their share of the calls, with the configured status', async () => {
    const client = await start({ faults: { errorRate: 0.25, status: 500 } })
    const ask = () =>
      client.chat.completions.create(say('Hi')).then(
        () => 200,
        (error: { status: number }) => error.status,
      )
    const statuses = await Array.fromAsync({ length: 8 }, ask)
    expect(statuses).toEqual([200, 200, 200, 500, 200, 200, 200, 500])
  })

  test('hold every reply for the latency', async () => {
    const client = await start({ faults: { latencyMs: 60 } })
    const startMs = performance.now()
    await client.embeddings.create({ model: 'm', input: 'x' })
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(59)
  })

  test('leave a stream open and silent after its tokens', async () => {
    const client = await start({ faults: { stallAfterTokens: 2 } })
    const stream = await client.chat.completions.create({ ...say('Tell me a story'), stream: true })
    const iterator = stream[Symbol.asyncIterator]()
    for (let i = 0; i < 3; i++) expect((await iterator.next()).done).toBe(false)
    const silence = Symbol('silence')
    const { promise, resolve } = Promise.withResolvers<symbol>()
    setTimeout(() => resolve(silence), 100)
    expect(await Promise.race([iterator.next(), promise])).toBe(silence)
    stream.controller.abort()
  })

  test.each([0.1, 0.3, 0.5, 1])('a share of %d is exact over a thousand calls', (rate) => {
    const share = new FailureShare(rate)
    const failures = Array.from({ length: 1000 }, () => share.next()).filter(Boolean).length
    expect(failures).toBe(Math.round(1000 * rate))
  })
})
