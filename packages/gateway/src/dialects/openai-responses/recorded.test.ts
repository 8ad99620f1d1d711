// Every recorded exchange of this dialect, from whatever provider. They lie beside the repository.

import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../core/answer.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../core/json.ts'
import { isEnvelope } from '../../core/seal-envelope.ts'
import { openaiResponsesProvider } from './index.ts'
import {
  decode,
  encode,
  envelope,
  essence,
  eventsOf,
  follow,
  hasFixtures,
  json,
  read,
  recordedExchanges,
  replyContext,
  send,
  STATELESS,
  streamOf,
  withoutPlaces,
  type Recorded,
} from './__fixtures__/support.ts'

const schemas = loadOpenaiSchemas()
const all = recordedExchanges()
const context = replyContext({}, STATELESS)
const streams = all.filter((one): one is Recorded & { stream: string } => one.stream !== undefined)

/** Two that were recorded, or written, badly. */
const BROKEN = /parallel-tool-call-wrapper/
const FAILED = /openai-error/

/** Seals as they are once our envelopes are opened; citations that xAI leaves incomplete as we complete them. */
function canonical(answer: Answer): unknown {
  return JSON.parse(
    JSON.stringify(essence(answer), (key, value: unknown) => {
      if (key === 'annotations' && Array.isArray(value)) return value.map((one: { url?: string }) => one.url ?? one)
      if (key !== 'seal' || !isJsonObject(value) || typeof value['data'] !== 'string') return value
      const { origin: _, ...seal } = envelope.open(value['data'], 'openai-responses') ?? {}
      return isEnvelope(value['data']) ? seal : value
    }),
  )
}

/** What OpenAI's document cannot judge: what providers add of their own, and leave out. */
function judged(value: JsonObject, schema: string): void {
  const response = isJsonObject(value['response']) ? value['response'] : value
  const items = [
    ...((response['output'] ?? []) as JsonObject[]),
    ...(isJsonObject(value['item']) ? [value['item']] : []),
  ]
  const own = new Set<unknown>(['message', 'reasoning', 'function_call', 'custom_tool_call'])
  if (items.every((item) => own.has(item['type']))) expect(schemas?.validate(schema, value) ?? []).toEqual([])
}

describe.skipIf(!hasFixtures)('recorded exchanges (skipped without ../shared/data/fixtures)', () => {
  it('are there', () => {
    expect(all.length).toBeGreaterThan(350)
    expect(streams.length).toBeGreaterThan(75)
  })

  it('requests decode, and lose nothing on the way to their own dialect', () => {
    for (const { name, request } of all) {
      if (request === undefined) continue
      const conversation = decode(request)
      const again = decode(send(conversation).body)
      const { extensions: _, stream: __, model: ___, reasoning, ...kept } = withoutPlaces(again)
      const { extensions: _e, stream: _s, model: _m, reasoning: asked, ...was } = withoutPlaces(conversation)
      expect({ name, ...kept }).toEqual({ name, ...was })
      expect({ ...reasoning, sealed: true }).toEqual({ ...asked, sealed: true })
    }
  })

  it('answers decode, and come back the same in both forms', () => {
    for (const { name, response, status } of all) {
      if (response === undefined) continue
      const answer = openaiResponsesProvider.decodeAnswer(response)
      if (status >= 400) {
        expect([name, answer]).toEqual([name, null])
        continue
      }
      if (answer === null) {
        expect([name, response['status']]).toEqual([name, expect.stringMatching(/queued|in_progress|undefined/)])
        continue
      }
      const body = json(answer, context)
      judged(body, 'Response')
      expect([name, canonical(read(body))]).toEqual([name, canonical(answer)])
      expect([name, canonical(follow(streamOf(answer, context)).answer)]).toEqual([name, canonical(answer)])
    }
  })

  it('streams decode, end, and come back the same; what we make of them is valid', () => {
    for (const { name, stream } of streams) {
      const { events, answer, finished, broken } = follow(stream)
      expect([name, finished, broken !== null]).toEqual([
        name,
        !FAILED.test(name) && !BROKEN.test(name),
        BROKEN.test(name),
      ])
      if (FAILED.test(name)) expect(events.at(-1)).toMatchObject({ type: 'failure', status: 429 })
      if (!finished) continue
      const ours = encode(events, context)
      for (const event of eventsOf(ours)) judged(event, eventSchemaName(event.type))
      expect([name, canonical(follow(ours).answer)]).toEqual([name, canonical(answer)])
    }
  })

  it('a stream says what its last event says', () => {
    let compared = 0
    for (const { name, stream } of streams) {
      const last = /^data: (\{"[^\n]*"response\.(?:completed|incomplete)"[^\n]*)$/m.exec(stream)?.[1]
      if (last === undefined) continue
      if (BROKEN.test(name)) continue
      const event = parseJson(last)
      const whole = isJsonObject(event) && isJsonObject(event['response']) ? event['response'] : {}
      // Some say only there what an MCP server lists, leave the output out, cut it, or were written by hand.
      if (/agentgateway|shell-container\.1|x-search-tool|backfills_missing/.test(name)) continue
      const said = follow(stream).answer
      expect([name, words(said)]).toEqual([name, words(read(whole))])
      compared += 1
    }
    expect(compared).toBeGreaterThan(60)
  })

  it('H87: the stream whose ids change with every event is one answer, and leaves with stable ids', () => {
    const [rotating] = streams.filter(({ name }) => name.includes('github-copilot-id-rotation'))
    const { events, answer } = follow(rotating?.stream ?? '')
    expect(answer.choices[0]?.parts.map(({ type }) => type)).toEqual(['reasoning', 'text'])
    const ids = new Set(
      eventsOf(encode(events, context)).flatMap((event) =>
        typeof event['item_id'] === 'string' ? [event['item_id']] : [],
      ),
    )
    expect([...ids]).toEqual(['rs_flabc123_0', 'msg_abc123_1'])
  })

  it('H05: streams split anywhere give the same events', () => {
    for (const { name, stream } of streams) {
      const bytes = Buffer.from(stream)
      const { events } = follow(bytes)
      const runs = bytes.length > 200_000 ? 2 : 12
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
          expect([name, follow(bytes, cuts).events]).toEqual([name, events])
        }),
        { numRuns: runs },
      )
    }
  })
})

/** Ciphertexts are made anew each time they are sent, and ids change with some servers. */
function words({ choices, usage }: Answer): unknown {
  return {
    usage,
    choices: choices.map(({ parts, finish }) => ({
      finish,
      parts: parts.map((part) => {
        if (part.type === 'foreign') return part.kind
        if (part.type === 'reasoning') return [part.text, part.summary, part.seal !== undefined]
        return part
      }),
    })),
  }
}
