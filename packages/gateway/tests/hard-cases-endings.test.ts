// Hard cases of answers that end otherwise than they should (H15 to H17, H76, H81), against a whole gateway: every
// client dialect, in front of every dialect of upstreams.

import Anthropic from '@anthropic-ai/sdk'
import { bedrockEvent, call } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startDialectBench, UPSTREAM_DIALECTS, UPSTREAM_MODELS, type DialectBench } from './support/dialect-bench.ts'
import {
  at,
  CHAT_CLIENT,
  CLIENTS,
  GEMINI_ARRAY_CLIENT,
  MESSAGES_CLIENT,
  STREAM_CLIENTS,
  type Client,
} from './support/dialect-clients.ts'
import { startGateway } from './support/gateway.ts'

const LONG = 'The quick brown fox jumps over the lazy dog, again and again.'

/** Asks, and leaves when the upstream is where `moment` says. */
async function leave(
  bench: DialectBench,
  client: Client,
  form: keyof typeof UPSTREAM_MODELS,
  moment: Moment,
): Promise<void> {
  const { ledger } = bench.upstream
  ledger.reset()
  bench.upstream.clearAnswers()
  // So long that it cannot be over before the client has left.
  const text = LONG.repeat(50)
  bench.upstream.answer(moment.streams ? { text, pieceBytes: 4, ...moment.pace } : { text, ...moment.pace })
  const { path, body } = client.request(UPSTREAM_MODELS[form], 'Hello!', moment.streams)
  const controller = new AbortController()
  const asked = call(`${bench.gateway.origin}${path}`, {
    headers: client.auth(bench.gateway.key),
    body,
    signal: controller.signal,
  }).catch(() => null)
  // Eight events are the most that any dialect says before its first word.
  const events = moment.name === 'in mid-stream' ? 10 : 0
  await ledger.until(({ last }) => (last?.bodyBytes ?? 0) > 0 && (last?.eventsWritten ?? 0) >= events)
  controller.abort()
  await ledger.until(({ totals }) => totals.clientGone === 1, 2_000)
  await asked
}

interface Moment {
  readonly name: string
  readonly streams: boolean
  readonly pace: { readonly delayMs?: number; readonly gapMs?: number }
}

const MOMENTS: readonly Moment[] = [
  { name: 'before the first token', streams: true, pace: { delayMs: 20_000 } },
  { name: 'in mid-stream', streams: true, pace: { gapMs: 5 } },
  { name: 'during a call that is not streamed', streams: false, pace: { delayMs: 20_000 } },
]

describe('H15: a client that leaves', () => {
  it.each(MOMENTS)('H15: $name ends the upstream’s work, in every dialect, and is in the books', async (moment) => {
    await using bench = await startDialectBench()
    for (const client of CLIENTS) {
      for (const form of UPSTREAM_DIALECTS) await leave(bench, client, form, moment)
    }
    const rows = await bench.gateway.usage()
    expect(rows).toHaveLength(CLIENTS.length * UPSTREAM_DIALECTS.length)
    for (const { status, errorCode, usage, stream } of rows) {
      expect({ status, errorCode, stream }).toEqual({ status: 499, errorCode: 'client_gone', stream: moment.streams })
      if (moment.name === 'in mid-stream') expect(usage.output).toBeGreaterThan(0)
      else expect(usage).toMatchObject({ input: 0, output: 0 })
    }
    expect(bench.gateway.app.plane.metrics).toMatchObject({ inFlight: 0, heldBytes: 0 })
  })
})

const DEATHS = ['fin@12', 'rst@12', 'rst@12(mid)', 'bad-chunked@12(not-hex)', 'sse-error@12']

describe('H16: an upstream that dies behind content', () => {
  it.each(DEATHS)('H16, H81: %s is an error in the client’s own words, never a good end', async (fault) => {
    await using bench = await startDialectBench()
    const forms = [...UPSTREAM_DIALECTS, 'bedrock-claude', 'vertex-claude', 'vertex-gemini'] as const
    for (const form of forms) {
      for (const client of STREAM_CLIENTS) {
        bench.upstream.answer({ text: LONG, pieceBytes: 4, fault })
        const reply = await bench.ask(client, form, { stream: true })
        const name = `${form} -> ${client.name}: ${reply.text}`
        expect(reply.status, name).toBe(200)
        expect(reply.broken, name).toBeUndefined()
        const error = client.streamedError(reply)
        expect(error?.message, name).toMatch(/broke off|server|error|processing|again/i)
        expect(client.endedWell(reply), name).toBe(false)
        const text = client.streamedText(reply)
        expect(text.length, name).toBeGreaterThan(0)
        expect(LONG.startsWith(text), name).toBe(true)
        // Half an event of the upstream's must not run into ours.
        if (client.name !== 'gemini-array') expect(reply.text, name).toMatch(/\r?\n\r?\n$/)
      }
    }
    const rows = await bench.gateway.usage()
    expect(rows).toHaveLength(forms.length * STREAM_CLIENTS.length)
    for (const { status, errorCode, usage } of rows) {
      expect([status, errorCode === '' ? 'none' : 'some']).toEqual([200, 'some'])
      expect(usage.output).toBeGreaterThan(0)
    }
  })
})

describe('H17: an error that comes with status 200', () => {
  it.each(['200-error', 'sse-error@0'])('H17: %s has a real status, in every dialect', async (fault) => {
    await using bench = await startDialectBench({ yaml: 'balancer: { breaker: { open_ms: 1 } }' })
    await bench.upstream.setFault(fault)
    for (const form of UPSTREAM_DIALECTS) {
      for (const client of STREAM_CLIENTS) {
        const reply = await bench.ask(client, form, { stream: true })
        expect([form, client.name, reply.status]).toEqual([form, client.name, 503])
        expect(reply.headers['retry-after']).toBeDefined()
        expect(reply.headers['content-type']).toContain('application/json')
        client.errorOf(client.name === 'gemini-array' && Array.isArray(reply.json) ? reply.json[0] : reply.json)
      }
    }
  })

  it.each(UPSTREAM_DIALECTS)('H17: as long as nothing was sent, %s may be asked once more', async (form) => {
    // More than three would use up the budget of retries.
    await using bench = await startDialectBench()
    for (const client of [CHAT_CLIENT, MESSAGES_CLIENT, GEMINI_ARRAY_CLIENT]) {
      await bench.upstream.setFault('200-error', { times: 1 })
      const reply = await bench.ask(client, form, { stream: true })
      expect([client.name, reply.status, client.endedWell(reply)]).toEqual([client.name, 200, true])
      expect(reply.headers['x-fairlead-attempts']).toBe('2')
    }
  })
})

// --- Bedrock's frames ---

const CONVERSE_FRAMES = [
  bedrockEvent('messageStart', { role: 'assistant' }),
  bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello ' } }),
  bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'there.' } }),
  bedrockEvent('contentBlockStop', { contentBlockIndex: 0 }),
  bedrockEvent('messageStop', { stopReason: 'end_turn' }),
]

function damaged(frame: Buffer): Buffer {
  const copy = Buffer.from(frame)
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1)
  return copy
}

describe('H81: frames of Bedrock that are broken', () => {
  const [start, first, second, ...rest] = CONVERSE_FRAMES
  const cases: readonly (readonly [string, readonly (Buffer | undefined)[]])[] = [
    ['a wrong checksum', [start, first, damaged(second ?? Buffer.alloc(0)), ...rest]],
    ['a frame that is cut', [start, first, second?.subarray(0, 30)]],
    ['a length that no frame has', [start, first, Buffer.alloc(16, 0xff), ...rest]],
  ]

  it.each(cases)('H81: %s behind content is an error event in every dialect', async (_, frames) => {
    await using upstream = await startCannedUpstream({
      headers: { 'content-type': 'application/vnd.amazon.eventstream' },
      body: Buffer.concat(frames.map((frame) => frame ?? Buffer.alloc(0))),
    })
    await using gateway = await startGateway(`providers:
  - { name: b, type: bedrock, base_url: "${upstream.origin}", region: us-east-1, api_keys: [sk-up] }
models: [{ id: m, targets: [{ provider: b, model: "amazon.nova-lite-v1:0" }] }]
health: { check: off }
`)
    for (const client of STREAM_CLIENTS) {
      const { path, body } = client.request('m', 'Hi', true)
      const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body })
      const text = client.streamedText(reply)
      expect([client.name, reply.status, 'Hello there.'.startsWith(text)]).toEqual([client.name, 200, true])
      expect([client.name, client.streamedError(reply)?.message]).toEqual([
        client.name,
        expect.stringMatching(/broke off/),
      ])
      expect(client.endedWell(reply)).toBe(false)
    }
  })
})

// --- Anthropic's message_start ---

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 1 },
}
const STARTS = [
  { type: 'message_start', message: MESSAGE },
  { type: 'message_start', message: MESSAGE },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Once.' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
]

const SPLICED = [
  { type: 'message_start', message: MESSAGE },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'First, ' } },
  { type: 'message_start', message: { ...MESSAGE, id: 'msg_2' } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'second.' } },
  ...STARTS.slice(4),
]

describe('H76: a message that starts twice', () => {
  it.each([
    ['before any block', STARTS, 'Once.', 1],
    ['in the middle of one, from another message', SPLICED, 'First, second.', 2],
  ] as const)('H76: %s starts once for every client, of the same dialect too', async (_, events, text, blocks) => {
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
    await using upstream = await startCannedUpstream({ headers: { 'content-type': 'text/event-stream' }, body })
    await using gateway = await startGateway(`providers:
  - { name: a, type: anthropic, base_url: "${upstream.origin}", api_keys: [sk-up] }
models: [{ id: m, targets: [{ provider: a }] }]
health: { check: off }
`)
    for (const client of STREAM_CLIENTS) {
      const { path, body } = client.request('m', 'Hi', true)
      const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body })
      expect([client.name, client.streamedText(reply), client.endedWell(reply)]).toEqual([client.name, text, true])
      if (client === CHAT_CLIENT)
        expect(reply.data.filter((chunk) => at(chunk, 'choices', 0, 'delta', 'role') !== undefined)).toHaveLength(1)
    }
    const anthropic = new Anthropic({ apiKey: gateway.key, baseURL: gateway.origin, maxRetries: 0 })
    const question = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] }
    const message = await anthropic.messages.stream(question).finalMessage()
    expect(message.content.map((block) => (block.type === 'text' ? block.text : ''))).toHaveLength(blocks)
    expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 3 } })
  })
})
