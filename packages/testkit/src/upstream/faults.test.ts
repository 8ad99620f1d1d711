// Each fault, seen from the wire: the raw client says what came, the ledger what was served.
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectRaw, type RawClient } from '../raw-client.ts'
import { openStream, type StreamResult } from '../sse-client.ts'
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts'
import { CHUNK_DAMAGES, USAGE_LIES } from './fault.ts'
import { parseFault } from './fault-text.ts'
import {
  goDuration,
  NATIVE_RATE_LIMIT_FORMATS,
  RATE_LIMIT_FORMATS,
  type RateLimitFormat,
} from './rate-limit-headers.ts'
import { NATIVE_REFUSAL_NAMES, REFUSAL_NAMES, refusal, refusalsMeaning } from './refusals.ts'
import { parseDirective } from './script.ts'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startFakeUpstream({ script: { tokens: 6 } })
})
afterAll(() => upstream.close())
beforeEach(async () => {
  await upstream.setFault(undefined)
  upstream.ledger.reset()
})

function body(stream: boolean, content = 'hello'): string {
  const options = stream ? { stream, stream_options: { include_usage: true } } : {}
  return JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content }], ...options })
}

/** Sends one chat with a fault in its text and waits for the end of the reply, or of the connection. */
async function raw(fault: string, stream = true): Promise<RawClient> {
  const client = await connectRaw(upstream.port)
  await client.request('POST', '/v1/chat/completions', {}, body(stream, `hi [[testkit: fault=${fault}]]`))
  await client.until(() => client.responses.length > 0 || client.closed || client.ended)
  return client
}

async function streamed(fault: string, content = 'hello'): Promise<StreamResult> {
  const text = fault === '' ? content : `${content} [[testkit: fault=${fault}]]`
  return await openStream(`${upstream.url}/chat/completions`, body(true, text)).result
}

const events = (client: RawClient): number => (client.received.toString().match(/^data: /gm) ?? []).length

describe('connections that end', () => {
  test.each([
    ['rst@3', 3, 'fault'],
    ['rst@3(mid)', 4, 'fault'],
    ['fin@3', 3, 'fault'],
    ['fin@0', 0, 'fault'],
    ['rst@0', 0, 'fault'],
  ])('%s writes headers and so many events', async (fault, seen, end) => {
    await using client = await raw(fault)
    await client.whenEnded()
    expect(client.responses).toHaveLength(0)
    expect(client.current?.status).toBe(200)
    expect(events(client)).toBe(seen)
    expect(client.error === undefined).toBe(fault.startsWith('fin'))
    const after = Number(/\d/.exec(fault)?.[0])
    expect(upstream.ledger.last).toMatchObject({ end, eventsWritten: after, fault: fault.slice(0, 3) })
    expect(upstream.ledger.last?.tokensServed.completion).toBe(Math.max(0, after - 1))
  })

  test.each(['rst@-1', 'fin@-1'])('%s reads the request and writes no byte', async (fault) => {
    await using client = await raw(fault, false)
    await client.whenEnded()
    expect(client.receivedBytes).toBe(0)
    expect(upstream.ledger.last).toMatchObject({
      end: 'fault',
      status: undefined,
      tokensServed: { prompt: 0, completion: 0 },
    })
  })

  test('a JSON reply is cut in half', async () => {
    await using client = await raw('fin@0', false)
    await client.whenEnded()
    expect(client.framingError?.message).toContain('inside a length body')
    expect(client.received.length).toBeGreaterThan(500)
    expect(upstream.ledger.last?.tokensServed.completion).toBe(0)
  })

  test('stall stays open until the client leaves', async () => {
    await using client = await connectRaw(upstream.port)
    await client.request('POST', '/v1/chat/completions', {}, body(true, '[[testkit: fault=stall@2]]'))
    await client.until(() => events(client) === 2)
    expect(upstream.ledger.last).toMatchObject({ end: undefined, eventsWritten: 2 })
    client.close()
    await upstream.ledger.until((ledger) => ledger.last?.end === 'client-gone')
  })
})

describe('bytes that are wrong', () => {
  test.each(CHUNK_DAMAGES)('bad-chunked %s breaks the framing after two events', async (how) => {
    await using client = await raw(`bad-chunked@2(${how})`)
    await client.whenEnded()
    expect(client.framingError).toBeDefined()
    expect(upstream.ledger.last).toMatchObject({ end: 'fault', eventsWritten: 2 })
  })

  test('wrong-length short ends before its length, long goes on after it', async () => {
    await using short = await raw('wrong-length(short)', false)
    await short.whenEnded()
    expect(short.framingError?.message).toContain('inside a length body')
    await using long = await raw('wrong-length(long)', false)
    await long.whenEnded()
    expect(long.responses).toHaveLength(1)
    expect(long.framingError).toBeDefined()
  })

  test('truncated-json is half a text in good framing', async () => {
    await using client = await raw('truncated-json', false)
    const { complete, body } = client.responses[0]!
    expect(complete).toBe(true)
    expect(() => JSON.parse(body.toString())).toThrow(SyntaxError)
  })

  test('legal garbage is the same stream to a right reader, whatever the seed', async () => {
    const good = await streamed('')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 100_000 }), async (seed) => {
        const odd = await streamed(`garbage(${seed},legal)`)
        expect(odd.end).toBe('done')
        expect(odd.text).toBe(good.text)
        expect(odd.events.at(-2)?.data).toContain('"completion_tokens":6')
      }),
      { numRuns: 40 },
    )
  })

  test('broken garbage is not, and the same seed gives the same bytes', async () => {
    const texts = await Promise.all(['1', '2', '3', '4', '1'].map((seed) => raw(`garbage(${seed})`)))
    const bodies = texts.map((client) => client.responses[0]!.body.toString().replaceAll(/tk\w{8}|"created":\d+/g, ''))
    expect(bodies[4]).toBe(bodies[0])
    expect(bodies.some((body) => body.includes('\0') || /data: \{"id":"chatcmpl-\n/.test(body))).toBe(true)
    for (const client of texts) client.close()
  })

  test('one-byte, one-packet and drip carry the good bytes', async () => {
    const strip = (client: RawClient): string =>
      client.responses[0]!.body.toString().replaceAll(/tk\w{8}|"created":\d+/g, '')
    const good = await raw('no-done')
    for (const fault of ['one-byte', 'one-packet', 'drip(0.02)']) {
      await using client = await raw(fault)
      expect(strip(client)).toBe(`${strip(good)}data: [DONE]\n\n`)
      await upstream.ledger.until((ledger) => ledger.last?.end === 'complete')
      expect(upstream.ledger.last?.tokensServed.completion).toBe(6)
    }
    good.close()
  })

  test('bigline puts one event of that size on a line', async () => {
    const result = await streamed('bigline(3000000)')
    expect(result.end).toBe('done')
    expect(Math.max(...result.events.map((event) => event.data.length))).toBeGreaterThan(2_900_000)
  })
})

describe('answers that are none', () => {
  test('sse-error after n events ends the body well and without [DONE]', async () => {
    const result = await streamed('sse-error@2')
    expect(result).toMatchObject({
      status: 200,
      end: 'error-event',
      eventCount: 3,
      errorBody: { type: 'server_error' },
    })
    expect(await streamed('sse-error@0')).toMatchObject({ end: 'error-event', eventCount: 1 })
    expect(upstream.ledger.last).toMatchObject({ end: 'complete', tokensServed: { completion: 0 } })
  })

  test('200-error, empty and html', async () => {
    expect(await streamed('200-error')).toMatchObject({
      status: 200,
      end: 'not-a-stream',
      errorBody: { type: 'server_error' },
    })
    expect(await streamed('empty')).toMatchObject({ status: 200, end: 'truncated', eventCount: 0 })
    await using json = await raw('empty', false)
    expect(json.responses[0]).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    await using html = await raw('html(520)', false)
    expect(html.responses[0]!.headers['content-type']).toContain('text/html')
    expect(html.responses[0]!.status).toBe(520)
  })

  test('no-done ends after the finish reason', async () => {
    const result = await streamed('no-done')
    expect(result.end).toBe('truncated')
    expect(result.events.at(-2)?.data).toContain('"finish_reason":"stop"')
  })

  test('slowhead waits before the first byte', async () => {
    const result = await streamed('slowhead(80)')
    expect(result.end).toBe('done')
    expect(result.headersAtMs! - result.startedAtMs).toBeGreaterThanOrEqual(79)
  })

  test.each([...RATE_LIMIT_FORMATS, ...NATIVE_RATE_LIMIT_FORMATS])('429 says how long to wait: %s', async (format) => {
    await using client = await raw(`429(${format},2500)`, false)
    const response = client.responses[0]!
    expect(response.status).toBe(429)
    const { headers } = response
    const message = response.body.toString()
    const inWait = (ms: number): boolean => ms > 1400 && ms <= 3500
    const right: Record<RateLimitFormat, () => boolean> = {
      'retry-after': () => headers['retry-after'] === '3',
      'retry-after-date': () => inWait(Date.parse(headers['retry-after']!) - Date.now()),
      'retry-after-ms': () => headers['retry-after-ms'] === '2500',
      'reset-requests': () => headers['x-ratelimit-reset-requests'] === '2.5s',
      'reset-tokens': () => headers['x-ratelimit-reset-tokens'] === '2.5s',
      'reset-epoch': () => inWait(Number(headers['x-ratelimit-reset']) * 1000 - Date.now()),
      'anthropic-reset': () => inWait(Date.parse(headers['anthropic-ratelimit-requests-reset']!) - Date.now()),
      'in-body': () => message.includes('Please try again in 2.5s.'),
      none: () => !Object.keys(headers).some((name) => /retry|ratelimit/.test(name)),
    }
    expect(right[format]()).toBe(true)
  })

  test('writes durations as Go does', () => {
    expect([120, 1000, 360_000, 3_723_500].map(goDuration)).toEqual(['120ms', '1s', '6m0s', '1h2m3.5s'])
  })

  test.each([...REFUSAL_NAMES, ...NATIVE_REFUSAL_NAMES])('refuses in the words of %s', async (name) => {
    await using client = await raw(`refusal(${name})`, false)
    expect(client.responses[0]!.status).toBe(refusal(name).status)
    expect(JSON.parse(client.responses[0]!.body.toString())).toEqual(refusal(name).body)
  })

  test('knows twelve ways and more to say that the money is gone', () => {
    expect(refusalsMeaning('quota').length).toBeGreaterThanOrEqual(12)
  })

  test.each(USAGE_LIES)('lies about usage: %s', async (lie) => {
    const [whole, stream] = [await raw(`lie-usage(${lie})`, false), await streamed(`lie-usage(${lie})`)]
    const expected = {
      negative: '"completion_tokens":-6',
      nan: '"completion_tokens":NaN',
      huge: '"completion_tokens":1e308',
      string: '"completion_tokens":"6"',
      fraction: '"completion_tokens":6.25',
      zero: '"completion_tokens":0,',
      null: '"usage":null',
      missing: '"choices"',
    }[lie]
    expect(whole.responses[0]!.body.toString()).toContain(expected)
    expect(stream.events.at(-2)?.data).toContain(expected)
    expect(whole.responses[0]!.body.toString().includes('usage')).toBe(lie !== 'missing')
    whole.close()
  })

  test('dup-usage gives a lower figure first and the true one last', async () => {
    const { events } = await streamed('dup-usage')
    expect(events.at(-3)?.data).toContain('"completion_tokens":1,')
    expect(events.at(-2)?.data).toContain('"completion_tokens":6,')
    await using whole = await raw('dup-usage', false)
    const text = whole.responses[0]!.body.toString()
    expect(text.match(/"usage"/g)).toHaveLength(2)
    expect(JSON.parse(text).usage.completion_tokens).toBe(6)
  })
})

describe('whom a fault meets', () => {
  const status = async (key = 'sk-a'): Promise<number> =>
    (await openStream(`${upstream.url}/chat/completions`, body(false), { key }).result).status

  test('the next so many calls, then none', async () => {
    await upstream.setFault('5xx(503)', { times: 2 })
    await upstream.setFault('429', { times: 1 })
    expect((await fetch(`${upstream.url}/models`)).status).toBe(200)
    expect([await status(), await status(), await status(), await status()]).toEqual([503, 503, 429, 200])
  })

  test('one key and not its siblings', async () => {
    await upstream.setFault('refusal(openai-bad-key)', { forKey: 'sk-bad' })
    expect([await status('sk-bad'), await status('sk-a')]).toEqual([401, 200])
    await upstream.setFault(undefined, { forKey: 'sk-bad' })
    expect(await status('sk-bad')).toBe(200)
  })

  test('a share of all calls, the same ones for the same seed', async () => {
    const run = async (): Promise<number[]> => {
      await upstream.setFault(undefined)
      await upstream.setFault('5xx(500,0.5,42)')
      return [await status(), await status(), await status(), await status(), await status(), await status()]
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set([200, 500]))
    expect(await run()).toEqual(first)
  })

  test('model lists only when it is a fault of every answer', async () => {
    const models = async (): Promise<number> => (await fetch(`${upstream.url}/models`)).status
    await upstream.setFault('stall@3')
    expect(await models()).toBe(200)
    await upstream.setFault('5xx(503)')
    expect(await models()).toBe(503)
  })

  test('the request that says so in its text or header; a slip is a 400', async () => {
    expect(parseDirective('tokens=50 gapMs=10,fault=429(retry-after-ms,1500)')).toEqual({
      script: { tokens: 50, gapMs: 10 },
      fault: { kind: '429', format: 'retry-after-ms', waitMs: 1500 },
    })
    expect((await streamed('', 'x [[testkit: tokens=2]] y')).eventCount).toBe(6)
    expect(await streamed('', 'x [[testkit: tokns=2]] y')).toMatchObject({ status: 400 })
    expect(() => parseFault('stal@5')).toThrow(/Unknown fault "stal@5". Known: .*refuse, rst/)
    expect(() => parseFault('429(tomorrow)')).toThrow(/Known: retry-after/)
  })
})
