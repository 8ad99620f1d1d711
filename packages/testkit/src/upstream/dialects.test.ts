// One script, every dialect: the official SDK of each provider reads the same story from the fake, as JSON and as a stream.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FakeUpstream, startFakeProvider } from './fake-upstream.ts'
import { ALL_SDKS, AWS } from '../clients/sdk/index.ts'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startFakeProvider({ bedrock: { secrets: { [AWS.accessKeyId]: AWS.secretAccessKey } } })
})
afterAll(() => upstream.close())
beforeEach(() => {
  upstream.clearAnswers()
  upstream.ledger.reset()
})

describe.each(ALL_SDKS.map((sdk) => [sdk.name, sdk] as const))('%s', (name, sdk) => {
  describe.each([
    ['JSON', false],
    ['stream', true],
  ])('%s', (_, stream) => {
    test('says the words of the user again', async () => {
      const told = await sdk.ask(upstream.origin, { text: 'Grüß Gott 🙂', stream })
      expect(told).toMatchObject({ text: 'You said: Grüß Gott 🙂', calls: [], stop: sdk.stops.end })
      expect(told.usage.output).toBe(Math.ceil(Buffer.byteLength(told.text) / 4))
      expect(upstream.ledger.last).toMatchObject({ dialect: name, stream, end: 'complete', key: expect.any(String) })
    })

    test('tells a scripted answer: reasoning, text, parallel calls, one without arguments, usage with cache', async () => {
      upstream.answer({
        reasoning: 'Two cities. Ask twice.',
        text: 'One moment.',
        toolCalls: [{ name: 'get_weather', arguments: { city: 'Köln' } }, { name: 'get_time' }],
        usage: { input: 1200, cacheRead: 1000, output: 77 },
      })
      const told = await sdk.ask(upstream.origin, { text: 'Weather?', stream, tools: true, think: true })
      expect(told).toMatchObject({
        text: 'One moment.',
        reasoning: 'Two cities. Ask twice.',
        stop: sdk.stops.tool_use,
        usage: { input: 1200, cacheRead: 1000, output: 77 },
      })
      expect(told.calls.map(({ name, input }) => [name, input])).toEqual([
        ['get_weather', { city: 'Köln' }],
        ['get_time', {}],
      ])
      expect(upstream.ledger.totals.byDialect[name]).toEqual({ requests: 1, promptTokens: 1200, completionTokens: 77 })
    })

    test('takes the calls, their signed reasoning and the results back, and answers with the results', async () => {
      const ask = { text: 'Please call get_weather and call get_time', stream, tools: true, think: true }
      const told = await sdk.ask(upstream.origin, ask)
      expect(told.calls.map((call) => call.name)).toEqual(['get_weather', 'get_time'])
      const after = [{ told, results: ['rain in Köln', 'half past ten'] }]
      const then = await sdk.ask(upstream.origin, { ...ask, after })
      expect(then).toMatchObject({
        text: 'Tool results: rain in Köln | half past ten',
        stop: sdk.stops.end,
        calls: [],
      })
    })

    test('goes on for three turns, with a system text and an image', async () => {
      const ask = { text: 'Look, and call get_time', stream, tools: true, system: 'Be brief.', image: PIXEL }
      const first = await sdk.ask(upstream.origin, ask)
      const turns = [{ told: first, results: ['ten'] }]
      const second = await sdk.ask(upstream.origin, { ...ask, after: turns })
      const third = await sdk.ask(upstream.origin, { ...ask, after: [...turns, { told: second, text: 'Thanks' }] })
      expect(third.text).toBe('You said: Thanks')
    })

    test('calls the tool that is forced', async () => {
      const told = await sdk.ask(upstream.origin, { text: 'Hello', stream, tools: true, force: 'get_time' })
      expect(told).toMatchObject({ calls: [{ name: 'get_time', input: {} }], stop: sdk.stops.tool_use })
    })

    test('answers a schema with JSON that fits it', async () => {
      const told = await sdk.ask(upstream.origin, { text: 'As json, please', stream, schema: true })
      expect(JSON.parse(told.text)).toEqual({ city: 'Paris', warm: expect.any(Boolean) })
    })

    test('is cut off, and refuses', async () => {
      upstream.answer({ text: 'Once upon a', stop: 'max_tokens' })
      upstream.answer({ refusal: 'I cannot help with that.' })
      expect(await sdk.ask(upstream.origin, { text: 'a', stream })).toMatchObject({
        text: 'Once upon a',
        stop: sdk.stops.max_tokens,
      })
      expect(await sdk.ask(upstream.origin, { text: 'b', stream })).toMatchObject({
        // Google's SDK does not hand the words of a refusal on.
        text: name === 'gemini' ? '' : 'I cannot help with that.',
        stop: sdk.stops.refusal,
      })
    })

    test.each(['rate-limited', 'server-error', 'unauthorized', 'context-length'] as const)(
      'an SDK throws at %s',
      async (kind) => {
        upstream.answer({ trouble: { kind } })
        await expect(sdk.ask(upstream.origin, { text: 'a', stream })).rejects.toThrow(Error)
        expect(upstream.ledger.last?.status).toBeGreaterThanOrEqual(400)
      },
    )
  })

  test.each(['sse-error@3', 'rst@3', 'bad-chunked@2'])('a stream that ends in %s throws', async (fault) => {
    upstream.answer({ text: 'So many words that never end well', fault })
    await expect(sdk.ask(upstream.origin, { text: 'a', stream: true })).rejects.toThrow(Error)
  })

  // OpenAI's SDK stumbles over an event without data, which the standard allows.
  const dresses = name.startsWith('openai')
    ? ['one-byte', 'one-packet']
    : ['one-byte', 'one-packet', 'garbage(7,legal)']
  test.each(dresses)('a stream that comes as %s is the same', async (fault) => {
    upstream.answer({ text: 'Grüße aus Köln 🙂', fault })
    const told = await sdk.ask(upstream.origin, { text: 'a', stream: true })
    expect(told.text).toBe('Grüße aus Köln 🙂')
  })
})
