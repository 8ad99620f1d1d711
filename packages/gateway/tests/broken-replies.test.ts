// Faults 4 to 11: what comes back is late, broken, cut off, or an error in disguise.

import { openStream, startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, post, startGateway, type TestGateway } from './support/gateway.ts'

const FAST = 'health: { check: off }\ntimeouts: { connect_ms: 500, first_byte_ms: 400, idle_ms: 500 }\n'

interface Bench extends AsyncDisposable {
  readonly bad: FakeUpstream
  readonly good: FakeUpstream
  readonly gateway: TestGateway
}

/** Two upstreams, the bad one always asked first. */
async function bench(fault: string, extra = FAST): Promise<Bench> {
  const bad = await startFakeUpstream({ script: { tokens: 12 } })
  const good = await startFakeUpstream({ script: { tokens: 12 } })
  await bad.setFault(fault)
  const yaml = `providers:
  - { name: bad, type: openai-compatible, base_url: "${bad.url}", api_keys: [sk-a], priority: 0 }
  - { name: good, type: openai-compatible, base_url: "${good.url}", api_keys: [sk-b], priority: 1 }
models:
  - { id: gpt-4o, targets: [{ provider: bad, model: gpt-4o }, { provider: good, model: gpt-4o }] }
${extra}`
  const gateway = await startGateway(yaml)
  return {
    bad,
    good,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await bad[Symbol.asyncDispose]()
      await good[Symbol.asyncDispose]()
    },
  }
}

const stream = (gateway: TestGateway, content = 'Hello!'): ReturnType<typeof openStream>['result'] =>
  openStream(`${gateway.url}/chat/completions`, chat(content, { stream: true }), { key: gateway.key }).result

describe('fault 4: the first byte is late', () => {
  it.each([true, false])('asks the next candidate after the time-out (stream: %s)', async (streamed) => {
    await using b = await bench('slowhead(5000)')
    if (streamed) expect((await stream(b.gateway)).end).toBe('done')
    else expect((await post(`${b.gateway.url}/chat/completions`, b.gateway.key, chat())).status).toBe(200)
    const [row] = await b.gateway.usage()
    expect(row).toMatchObject({ provider: 'good', attempts: 2, status: 200 })
    await b.bad.ledger.until(() => b.bad.ledger.entries.every(({ end }) => end === 'client-gone'), 2_000)
  })

  it('is a 504 when time-outs were the only cause', async () => {
    await using b = await bench('slowhead(5000)')
    await b.good.setFault('slowhead(5000)')
    const reply = await post(`${b.gateway.url}/chat/completions`, b.gateway.key, chat())
    expect(reply.status).toBe(504)
    expect(reply.json.error?.code).toBe('upstream_timeout')
  })
})

describe('fault 5: a stream stalls', () => {
  it('ends with an error event after the idle time-out, aborts the upstream, and counts what was delivered', async () => {
    await using b = await bench('stall@5')
    const result = await stream(b.gateway)
    expect(result.status).toBe(200)
    expect(result.end).toBe('error-event')
    expect(result.errorBody).toMatchObject({ code: 'upstream_timeout', type: 'timeout_error', param: null })
    expect(result.text.length).toBeGreaterThan(0)
    const [row] = await b.gateway.usage()
    expect(row).toMatchObject({ provider: 'bad', errorCode: 'upstream_timeout', estimated: true })
    expect(row?.usage.output).toBeGreaterThan(0)
    await b.bad.ledger.until(() => b.bad.ledger.last?.end === 'client-gone', 2_000)
    expect(b.good.ledger.totals.requests).toBe(0)
  })

  it('goes elsewhere when it stalls before any output', async () => {
    await using b = await bench('stall@1')
    expect((await stream(b.gateway)).end).toBe('done')
    expect((await b.gateway.usage())[0]).toMatchObject({ provider: 'good', attempts: 2 })
  })
})

describe('faults 6 and 7: a stream is cut', () => {
  it.each(['fin@5', 'rst@5', 'rst@5(mid)', 'bad-chunked@5(not-hex)', 'bad-chunked@5(too-small)'])(
    '%s after content: whole events, then an error event, no clean end',
    async (fault) => {
      await using b = await bench(fault)
      const result = await stream(b.gateway)
      expect(result.end).toBe('error-event')
      expect(result.errorBody).toMatchObject({ code: 'upstream_error' })
      expect(result.events.length).toBeGreaterThan(1)
      for (const { data } of result.events) expect(() => JSON.parse(data) as unknown).not.toThrow()
      const [row] = await b.gateway.usage()
      expect(row).toMatchObject({ provider: 'bad', errorCode: 'upstream_error', status: 200, estimated: true })
      expect(b.good.ledger.totals.requests).toBe(0)
    },
  )

  it.each(['fin@-1', 'rst@-1', 'fin@0', 'rst@0', 'fin@1', 'rst@1'])(
    '%s before any output: another candidate serves, nobody notices',
    async (fault) => {
      await using b = await bench(fault)
      const result = await stream(b.gateway)
      expect(result.end).toBe('done')
      expect((await b.gateway.usage())[0]).toMatchObject({ provider: 'good', attempts: 2, errorCode: '' })
    },
  )

  it.each(['fin@0', 'rst@0', 'truncated-json', 'wrong-length(short)'])(
    '%s in a JSON reply: another candidate serves',
    async (fault) => {
      await using b = await bench(fault)
      const reply = await post(`${b.gateway.url}/chat/completions`, b.gateway.key, chat())
      expect(reply.status).toBe(200)
      expect((await b.gateway.usage())[0]).toMatchObject({ provider: 'good', attempts: 2 })
    },
  )

  it('takes a missing [DONE] for an end when a finish reason came, and gives the client its [DONE]', async () => {
    await using b = await bench('no-done')
    expect((await stream(b.gateway)).end).toBe('done')
    expect((await b.gateway.usage())[0]).toMatchObject({ provider: 'bad', attempts: 1, errorCode: '' })
  })
})

describe('fault 8: garbage in a stream', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'odd but legal events pass as what they mean (seed %i)',
    async (seed) => {
      await using b = await bench(`garbage(${seed},legal)`)
      const result = await stream(b.gateway)
      expect(result.end).toBe('done')
      expect(result.events.length).toBeGreaterThan(1)
      for (const { data } of result.events.slice(0, -1))
        expect((JSON.parse(data) as { model: string }).model).toBe('gpt-4o')
    },
  )

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'broken events end in an error event or elsewhere, never in a crash (seed %i)',
    async (seed) => {
      await using b = await bench(`garbage(${seed},broken)`)
      const result = await stream(b.gateway)
      expect(result.status).toBe(200)
      expect(['done', 'error-event']).toContain(result.end)
      for (const { data } of result.events)
        if (data !== '[DONE]') expect(() => JSON.parse(data) as unknown).not.toThrow()
    },
  )

  it('gives up on a line of ten megabytes, and says so', async () => {
    await using b = await bench('bigline(10000000)')
    const result = await stream(b.gateway)
    const [row] = await b.gateway.usage()
    // Whether some output went out before it depends on how the reads fall: if not, another candidate serves.
    if (result.end === 'done') expect(row).toMatchObject({ provider: 'good', attempts: 2, errorCode: '' })
    else expect([result.end, row?.errorCode]).toEqual(['error-event', 'upstream_error'])
    await b.bad.ledger.until(() => b.bad.ledger.last?.end === 'client-gone', 2_000)
  })

  it.each(['one-byte', 'one-packet'])('%s gives the same answer', async (fault) => {
    await using b = await bench(fault)
    const odd = await stream(b.gateway)
    await b.bad.setFault(undefined)
    const plain = await stream(b.gateway)
    expect(odd.end).toBe('done')
    expect(odd.text).toBe(plain.text)
  })
})

describe('faults 9 and 10: a 200 that is none', () => {
  it.each(['200-error', 'sse-error@0', 'empty', 'html(503)'])(
    '%s: seen before a byte goes out, so another candidate serves',
    async (fault) => {
      await using b = await bench(fault)
      expect((await stream(b.gateway)).end).toBe('done')
      const reply = await post(`${b.gateway.url}/chat/completions`, b.gateway.key, chat())
      expect(reply.status).toBe(200)
      const rows = await b.gateway.usage()
      expect(
        rows.every(({ status, provider }) => status === 200 && (provider === 'good' || fault === 'sse-error@0')),
      ).toBe(true)
    },
  )

  it.each(['200-error', 'sse-error@0', 'empty'])(
    '%s everywhere: a real status, and nothing is charged',
    async (fault) => {
      await using b = await bench(fault)
      await b.good.setFault(fault)
      const result = await stream(b.gateway)
      expect(result.status).toBe(503)
      expect(result.errorBody).toMatchObject({ code: 'upstream_error' })
      expect((await b.gateway.usage())[0]).toMatchObject({ status: 503, costNanos: 0 })
    },
  )
})

describe('fault 11: an error event after content', () => {
  it('is passed on as the last word, without failover, and its text is not counted as an answer', async () => {
    await using b = await bench('sse-error@4')
    const result = await stream(b.gateway)
    expect(result.end).toBe('error-event')
    expect(result.errorBody).toMatchObject({ param: null })
    expect(b.good.ledger.totals.requests).toBe(0)
    const [row] = await b.gateway.usage()
    expect(row?.usage.output).toBeLessThanOrEqual(4)
    expect(row?.errorCode).not.toBe('')
  })
})
