// What the tests of this dialect share: contexts, streams in pieces, recorded exchanges.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AnswerEvent } from '../../../core/answer.ts'
import type { Conversation } from '../../../core/conversation.ts'
import type { EncodedRequest, ReplyContext } from '../../../core/dialect.ts'
import { Notes } from '../../../core/field-notes.ts'
import { isJsonObject, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { UNKNOWN_MODEL, type ModelTraits } from '../../../core/model-traits.ts'
import { SealEnvelope } from '../../../core/seal-envelope.ts'
import { GEMINI_FIELD_NAMES } from '../field-names.ts'
import { geminiClient, geminiProvider } from '../index.ts'

export const envelope = new SealEnvelope(Buffer.alloc(32, 5), 'account-1', 'provider/1')

/** Gemini 3 and Gemini 2.5, as the catalogue has them. */
export const GEMINI_3: ModelTraits = {
  ...UNKNOWN_MODEL,
  thinking: 'level',
  efforts: ['low', 'medium', 'high'],
  canSkipThinking: false,
  strictTools: false,
  toolResultMedia: true,
}
export const GEMINI_2: ModelTraits = { ...GEMINI_3, thinking: 'budget', efforts: [], toolResultMedia: false }

/** Through JSON text, as a body comes. */
export function json(value: unknown): JsonObject {
  const parsed = parseJson(typeof value === 'string' ? value : JSON.stringify(value))
  if (!isJsonObject(parsed)) throw new Error('not an object')
  return parsed
}

export function decode(body: unknown, model: string | null = 'gemini-x'): Conversation {
  return geminiClient.decodeRequest(json(body), { model, stream: false, envelope })
}

export interface Sent extends EncodedRequest {
  readonly dropped: string
}

/** Any conversation, to a model. */
export function send(conversation: Conversation, traits: ModelTraits = GEMINI_3, id = 'gemini-3-pro'): Sent {
  const notes = new Notes(GEMINI_FIELD_NAMES)
  const encoded = geminiProvider.encodeRequest(conversation, { id, traits, origin: 'provider/1' }, notes)
  // Through text and back: what is sent is bytes.
  return { ...encoded, body: json(encoded.body), dropped: notes.toHeader() }
}

export function replyContext(over: Partial<ReplyContext> = {}): ReplyContext {
  return {
    conversation: decode({ contents: [{ parts: [{ text: 'Hi' }] }] }),
    requestBody: {},
    publicModel: 'public-model',
    replyId: 'abc123',
    nowSeconds: 1_700_000_000,
    estimatedInputTokens: 1,
    costJson: () => null,
    envelope,
    arrayStream: false,
    ...over,
  }
}

/** All events of a stream that arrives in these pieces. */
export function decodeStream(pieces: readonly Buffer[]): {
  events: AnswerEvent[]
  finished: boolean
  broken: string | null
} {
  const decoder = geminiProvider.streamDecoder()
  const events: AnswerEvent[] = []
  const emit = (event: AnswerEvent): void => void events.push(event)
  for (const piece of pieces) decoder.push(piece, emit)
  decoder.end(emit)
  return { events, finished: decoder.finished, broken: decoder.broken }
}

/** The bytes that a client would get for these events. */
export function encodeStream(events: readonly AnswerEvent[], context: ReplyContext): string {
  const encoder = geminiClient.streamEncoder(context)
  return events.map((event) => encoder.push(event)).join('') + encoder.end()
}

export function sse(chunks: readonly unknown[], lineEnd = '\r\n'): Buffer {
  return Buffer.from(chunks.map((chunk) => `data: ${textOf(chunk)}${lineEnd}${lineEnd}`).join(''))
}

export function jsonArray(chunks: readonly unknown[]): Buffer {
  return Buffer.from(`[${chunks.map(textOf).join('\n,\r\n')}\n]`)
}

function textOf(chunk: unknown): string {
  return typeof chunk === 'string' ? chunk : JSON.stringify(chunk)
}

/** Cuts a buffer at these places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other)
  const pieces: Buffer[] = []
  let start = 0
  for (const place of [...sorted, bytes.length]) {
    pieces.push(bytes.subarray(start, place))
    start = place
  }
  return pieces
}

// --- recorded exchanges: beside this repository, and skipped where they are absent ---

const folder = resolve(import.meta.dirname, '../../../../../../../shared/data/fixtures/gemini')
export const hasRecordings = existsSync(folder)

export interface Recording<T> {
  readonly name: string
  readonly value: T
}

interface Recordings {
  readonly streams: Recording<Buffer>[]
  readonly answers: Recording<JsonObject>[]
  readonly requests: Recording<JsonObject>[]
}

export function readRecordings(): Recordings {
  const found: Recordings = { streams: [], answers: [], requests: [] }
  if (!hasRecordings) return found
  for (const source of ['vercel-ai', 'agentgateway']) {
    for (const file of readdirSync(join(folder, source))) {
      const text = readFileSync(join(folder, source, file), 'utf8')
      if (file.endsWith('.chunks.txt')) found.streams.push({ name: file, value: sse(lines(text)) })
      else if (text.startsWith('data:')) found.streams.push({ name: file, value: Buffer.from(text) })
      else if (file.startsWith('requests__')) found.requests.push({ name: file, value: json(text) })
      else keepAnswer(found, file, parseJson(text))
    }
  }
  for (const file of readdirSync(join(folder, 'pydantic-ai'))) {
    const cassette = json(readFileSync(join(folder, 'pydantic-ai', file), 'utf8'))
    for (const [index, entry] of (cassette['interactions'] as JsonObject[]).entries()) {
      const [request, response] = [objectOf(entry['request']), objectOf(entry['response'])]
      if (!/:(?:streamG|g)enerateContent/.test(stringOf(request?.['uri']) ?? '')) continue
      const name = `${file}#${index}`
      const body = objectOf(request?.['body'])
      if (body !== undefined) found.requests.push({ name, value: body })
      if (response?.['status'] !== 200) continue
      if (typeof response['text'] === 'string') found.streams.push({ name, value: Buffer.from(response['text']) })
      keepAnswer(found, name, response['parsed_body'])
    }
  }
  return found
}

function keepAnswer(found: Recordings, name: string, value: JsonValue | undefined): void {
  const body = objectOf(value)
  if (body?.['candidates'] !== undefined) found.answers.push({ name, value: body })
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}
