// What the tests of this dialect share: contexts, streams in pieces, recorded exchanges, and the way there and back.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Answer, AnswerEvent } from '../../../core/answer.ts'
import { collect, eventsFrom, replay } from '../../../core/__fixtures__/answer-events.ts'
import type { Conversation } from '../../../core/conversation.ts'
import type { DecodeContext, EncodedRequest, ReplyContext, TargetModel } from '../../../core/dialect.ts'
import { Notes, type FieldNames } from '../../../core/field-notes.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../../core/json.ts'
import { UNKNOWN_MODEL, type ModelTraits } from '../../../core/model-traits.ts'
import { SealEnvelope } from '../../../core/seal-envelope.ts'
import { openaiResponsesClient, openaiResponsesProvider } from '../index.ts'
import { fieldNames } from '../wire.ts'

export const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', 'provider/1')

const DECODE: DecodeContext = { model: null, stream: null, envelope }

// --- requests ---

export function decode(body: object): Conversation {
  return openaiResponsesClient.decodeRequest(toJson(body), DECODE)
}

export function ask(body: object = {}): Conversation {
  return decode({ model: 'm', input: 'Hi', ...body })
}

export interface SentItem {
  readonly type: string
  readonly name?: string
  readonly call_id?: string
  readonly output?: string
  readonly [member: string]: unknown
}

export interface SentBody {
  readonly input: readonly SentItem[]
  readonly tools: readonly SentItem[]
  readonly [member: string]: unknown
}

export interface Sent extends EncodedRequest {
  readonly json: SentBody
  readonly dropped: string
}

/** @param conversation of any dialect; @param names the words of its client */
export function send(
  conversation: Conversation,
  traits: Partial<ModelTraits> = {},
  target: Partial<TargetModel> = {},
  names: FieldNames = fieldNames,
): Sent {
  const notes = new Notes(names)
  const model = { id: 'upstream-model', traits: { ...UNKNOWN_MODEL, ...traits }, ...target }
  const encoded = openaiResponsesProvider.encodeRequest(conversation, model, notes)
  return { ...encoded, json: JSON.parse(JSON.stringify(encoded.body)) as SentBody, dropped: notes.toHeader() }
}

/** What a conversation says, without the places at which it was said. */
export function withoutPlaces<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'at' ? undefined : inner))) as T
}

// --- answers ---

export function replyContext(changes: Partial<ReplyContext> = {}, body: object = {}): ReplyContext {
  return {
    conversation: ask(body),
    requestBody: toJson({ model: 'm', input: 'Hi', ...body }),
    publicModel: 'public-model',
    replyId: 'abc123',
    nowSeconds: 1_800_000_000,
    estimatedInputTokens: 1,
    costJson: () => null,
    envelope,
    arrayStream: false,
    ...changes,
  }
}

/** A client that keeps its own history, and so gets encrypted reasoning. */
export const STATELESS = { store: false, include: ['reasoning.encrypted_content'] }

export function json(answer: Answer, context: ReplyContext = replyContext()): JsonObject {
  return toJson(openaiResponsesClient.encodeAnswer(answer, context))
}

export function streamOf(answer: Answer, context: ReplyContext = replyContext()): string {
  return encode(replay(answer), context)
}

export function encode(events: readonly AnswerEvent[], context: ReplyContext = replyContext()): string {
  const encoder = openaiResponsesClient.streamEncoder(context)
  return events.map((event) => encoder.push(event)).join('') + encoder.end()
}

export type WireEvent = JsonObject & { readonly type: string }

/** The events of a stream of ours; the end mark is held to be the last line. */
export function eventsOf(text: string): WireEvent[] {
  const messages = text.split('\n\n').filter((message) => message !== '' && !message.startsWith(':'))
  if (messages.pop() !== 'data: [DONE]') throw new Error('the stream does not end with its mark')
  return messages.map((message) => {
    const [, name, data] = /^event: ([a-z_.]+)\ndata: ([^\n]*)$/.exec(message) ?? []
    if (name === undefined || data === undefined) throw new Error(`not one event: ${message.slice(0, 200)}`)
    const event = toJson(JSON.parse(data) as object)
    if (event['type'] !== name) throw new Error(`the event ${name} says otherwise: ${data.slice(0, 200)}`)
    return { ...event, type: name }
  })
}

export interface Followed {
  readonly events: readonly AnswerEvent[]
  readonly answer: Answer
  readonly finished: boolean
  readonly broken: string | null
}

/** @param cuts offsets in bytes where a read ends */
export function follow(stream: string | Buffer, cuts: readonly number[] = []): Followed {
  const decoder = openaiResponsesProvider.streamDecoder()
  const events = eventsFrom(decoder, stream, cuts)
  return { events, answer: collect(events), finished: decoder.finished, broken: decoder.broken }
}

export function read(body: object): Answer {
  const answer = openaiResponsesProvider.decodeAnswer(toJson(body))
  if (answer === null) throw new Error('not an answer')
  return answer
}

/** A response of an upstream. */
export function response(output: readonly object[], more: object = {}): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    model: 'gpt-x',
    status: 'completed',
    output,
    ...more,
  }
}

/** What has to survive a way there and back: ids, names and times of replies are the gateway's own. */
export function essence({ choices, usage }: Answer): Pick<Answer, 'choices' | 'usage'> {
  return { choices, usage }
}

/** An event of an upstream. */
export interface UpstreamEvent {
  readonly type: string
  readonly [member: string]: unknown
}

export function sse(...events: readonly UpstreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

function toJson(value: object): JsonObject {
  const parsed = parseJson(JSON.stringify(value))
  if (!isJsonObject(parsed)) throw new Error('not an object')
  return parsed
}

// --- recorded exchanges ---

const root = resolve(import.meta.dirname, '../../../../../..')

/** They lie beside the repository, and tests that want them skip without. */
export const FIXTURES = resolve(root, '../shared/data/fixtures')
export const hasFixtures = existsSync(FIXTURES)

export interface Recorded {
  readonly name: string
  /** One of these three. */
  readonly request?: JsonObject
  readonly response?: JsonObject
  readonly stream?: string
  readonly status: number
}

/** All exchanges of this dialect: whoever the provider was, and in whatever form they were kept. */
export function recordedExchanges(): Recorded[] {
  if (!hasFixtures) return []
  const files = globSync('*/*/*.{json,txt}', { cwd: FIXTURES }).toSorted()
  return files.flatMap((file) => recordedIn(file, readFileSync(resolve(FIXTURES, file), 'utf8')))
}

function recordedIn(name: string, text: string): Recorded[] {
  if (name.endsWith('.chunks.txt')) return chunkStreams(name, text)
  if (text.startsWith('event: response.')) return [{ name, stream: text, status: 200 }]
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return []
  }
  if (!isJsonObject(value)) return []
  if (value['object'] === 'response') return [{ name, response: value, status: 200 }]
  if (!Array.isArray(value['interactions']))
    return isRequest(name, value) ? [{ name, request: value, status: 200 }] : []
  return value['interactions'].flatMap((interaction, index) => interactionOf(`${name} #${index}`, interaction))
}

function isRequest(name: string, value: JsonObject): boolean {
  return name.startsWith('openai-responses/') && value['input'] !== undefined && value['model'] !== undefined
}

/** Some files hold several streams one behind the other. */
function chunkStreams(name: string, text: string): Recorded[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (!/"type":\s*"(?:response\.|error)/.test(lines[0] ?? '') || !lines[0]?.includes('response')) return []
  const streams: string[] = []
  for (const line of lines) {
    const type = /"type":\s*"((?:response\.[a-z_.]+)|error)"/.exec(line)?.[1] ?? 'unknown'
    if (type === 'response.created' || streams.length === 0) streams.push('')
    streams[streams.length - 1] += `event: ${type}\ndata: ${line}\n\n`
  }
  return streams.map((stream, index) => ({ name: `${name} #${index}`, stream, status: 200 }))
}

function interactionOf(name: string, interaction: unknown): Recorded[] {
  if (!isJsonObject(interaction) || !isJsonObject(interaction['request']) || !isJsonObject(interaction['response'])) {
    return []
  }
  const { request, response } = interaction
  const { method, uri } = request
  if (method !== 'POST' || typeof uri !== 'string' || !/\/responses(?:\?|$)/.test(uri)) return []
  const found: Recorded[] = []
  const status = Number(response['status'])
  const asked = bodyOf(request)
  if (asked !== undefined) found.push({ name: `${name} request`, request: asked, status })
  if (isJsonObject(response['parsed_body'])) found.push({ name, response: response['parsed_body'], status })
  else if (typeof response['text'] === 'string' && /^(?:event|data|:)/.test(response['text'])) {
    found.push({ name, stream: response['text'], status })
  }
  return found
}

function bodyOf(request: JsonObject): JsonObject | undefined {
  const body = request['body'] ?? request['parsed_body']
  if (isJsonObject(body)) return body
  if (typeof body !== 'string') return undefined
  const parsed = parseJson(body)
  return isJsonObject(parsed) ? parsed : undefined
}
