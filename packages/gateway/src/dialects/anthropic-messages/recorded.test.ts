// Recorded exchanges with Anthropic. They are not part of this repository: these tests read them from
// `../shared/data/fixtures` beside it, and say that they were skipped where that folder is absent.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../core/answer.ts'
import type { Turn } from '../../core/conversation.ts'
import {
  arrayOf,
  isJsonObject,
  objectOf,
  parseJson,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { decode, decodeStream, encode, replyContext, withoutSpaces } from './__fixtures__/contexts.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { MessagesStreamEncoder } from './stream-encoder.ts'

const folder = resolve(import.meta.dirname, '../../../../../../shared/data/fixtures/anthropic')
const present = existsSync(folder)

interface Recording<T> {
  readonly name: string
  readonly value: T
}

const streams: Recording<Buffer>[] = []
const answers: Recording<JsonObject>[] = []
const requests: Recording<JsonObject>[] = []
if (present) readAll()

function readAll(): void {
  for (const file of readdirSync(join(folder, 'vercel-ai'))) {
    const text = readFileSync(join(folder, 'vercel-ai', file), 'utf8')
    // One JSON value per line; the framing has to be put back.
    if (file.endsWith('.chunks.txt')) streams.push({ name: file, value: Buffer.from(framed(text)) })
    else keepAnswer(file, parseJson(text))
  }
  for (const file of readdirSync(join(folder, 'agentgateway'))) {
    const text = readFileSync(join(folder, 'agentgateway', file), 'utf8')
    if (file.startsWith('requests__messages')) keepRequest(file, parseJson(text))
    else if (text.trimStart().startsWith('event')) streams.push({ name: file, value: Buffer.from(text) })
    else if (file.startsWith('response')) keepAnswer(file, parseJson(text))
  }
  for (const file of readdirSync(join(folder, 'pydantic-ai'))) {
    const cassette = objectOf(parseJson(readFileSync(join(folder, 'pydantic-ai', file), 'utf8')))
    for (const [index, entry] of (arrayOf(cassette?.['interactions']) ?? []).entries()) {
      const request = objectOf(objectOf(entry)?.['request'])
      const response = objectOf(objectOf(entry)?.['response'])
      if (!stringOf(request?.['uri'])?.includes('api.anthropic.com/v1/messages')) continue
      const name = `${file}#${index}`
      keepRequest(name, request?.['body'])
      if (response?.['status'] !== 200) continue
      if (typeof response['text'] === 'string') streams.push({ name, value: Buffer.from(response['text']) })
      keepAnswer(name, response['parsed_body'])
    }
  }
}

function framed(chunks: string): string {
  const lines = chunks.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => `event: ${stringOf(objectOf(parseJson(line))?.['type'])}\ndata: ${line}\n\n`).join('')
}

function keepAnswer(name: string, value: JsonValue | undefined): void {
  if (isJsonObject(value) && value['type'] === 'message') answers.push({ name, value })
}

function keepRequest(name: string, value: JsonValue | undefined): void {
  if (isJsonObject(value) && Array.isArray(value['messages'])) requests.push({ name, value })
}

function ours(answer: Answer): Answer {
  return { ...answer, id: 'msg_Reply1', model: 'public-model' }
}

describe.skipIf(!present)('recorded exchanges (skipped where ../shared/data/fixtures is absent)', () => {
  it('there are some of each kind', () => {
    expect(streams.length).toBeGreaterThan(40)
    expect(answers.length).toBeGreaterThan(130)
    expect(requests.length).toBeGreaterThan(130)
  })

  it('every stream is read to its end', () => {
    for (const { name, value } of streams) {
      const { decoder, answer } = decodeStream(value)
      expect(decoder.broken, name).toBeNull()
      expect(decoder.finished, name).toBe(true)
      expect(answer.usage, name).not.toBeNull()
    }
  })

  it('every stream gives the same events however its bytes are split', () => {
    for (const { name, value } of streams) {
      const { events } = decodeStream(value)
      fc.assert(
        fc.property(fc.array(fc.nat({ max: value.length }), { maxLength: 40 }), (cuts) => {
          expect(decodeStream(value, cuts).events, name).toEqual(events)
        }),
        { numRuns: 60 },
      )
    }
  })

  it('every answer decodes, and comes back the same through both forms', () => {
    for (const { name, value } of answers) {
      const answer = decodeAnswer(value)
      expect(answer, name).not.toBeNull()
      const written = objectOf(parseJson(JSON.stringify(encodeAnswer(answer!, replyContext()))))
      expect(decodeAnswer(written!), name).toEqual(ours(answer!))
    }
    for (const { name, value } of streams) {
      if (name.includes('spliced')) continue
      const { events, answer } = decodeStream(value)
      const encoder = new MessagesStreamEncoder(replyContext())
      const out = events.map((event) => encoder.push(event)).join('') + encoder.end()
      expect(decodeStream(Buffer.from(out)).answer, name).toEqual(ours(answer))
      const written = objectOf(parseJson(JSON.stringify(encodeAnswer(answer, replyContext()))))
      expect(decodeAnswer(written!), name).toEqual(withoutSpaces(ours(answer)))
    }
  })

  it('every request decodes, and encoding it again loses nothing', () => {
    for (const { name, value } of requests) {
      // Hand-written to be repaired: they begin with the assistant, or have more than four cache marks.
      if (/cache_control|tool_history_without_tools/.test(name)) continue
      const conversation = decode(value)
      const { body } = encode(conversation, { mediaUrls: true })
      const again = decode({ ...body, model: conversation.model })
      expect(comparable(again.turns), name).toEqual(comparable(conversation.turns))
      const { turns: _turns, maxOutputTokens: _max, reasoning, ...rest } = conversation
      expect(again, name).toMatchObject(rest)
      // A forced tool excludes thinking; a budget and a level that this model lacks become another.
      const kept = reasoning.budgetTokens === undefined && reasoning.effort !== 'xhigh'
      if (kept && rest.toolChoice.mode === 'auto') expect(again.reasoning, name).toEqual(reasoning)
    }
  })
})

/** What the repairs for a strict upstream may do: merge, put results first, and so move places. */
function comparable(turns: readonly Turn[]): unknown {
  const merged: { role: string; parts: unknown[] }[] = []
  for (const { role, parts } of turns) {
    const bare = parts.map((part) =>
      JSON.parse(JSON.stringify(part, (key, inner) => (key === 'at' ? undefined : inner))),
    )
    const last = merged.at(-1)
    if (last?.role === role) last.parts.push(...bare)
    else merged.push({ role, parts: bare })
  }
  return merged
}
