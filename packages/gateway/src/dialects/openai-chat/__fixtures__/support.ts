// What the tests of this dialect share: contexts, streams in pieces, and the way there and back.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Answer, AnswerEvent } from '../../../core/answer.ts'
import { collect, eventsFrom, replay } from '../../../core/__fixtures__/answer-events.ts'
import type { Conversation } from '../../../core/conversation.ts'
import type { DecodeContext, EncodedRequest, ReplyContext, TargetModel } from '../../../core/dialect.ts'
import { Notes } from '../../../core/field-notes.ts'
import { parseJson, type JsonObject } from '../../../core/json.ts'
import { UNKNOWN_MODEL, type ModelTraits } from '../../../core/model-traits.ts'
import { SealEnvelope } from '../../../core/seal-envelope.ts'
import { openaiChatClient, openaiChatProvider } from '../index.ts'
import { ChatStreamDecoder } from '../stream-decoder.ts'
import { FIELD_NAMES } from '../wire.ts'

export const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', 'provider/1')

const DECODE: DecodeContext = { model: null, stream: null, envelope }

const root = resolve(import.meta.dirname, '../../../../../..')

/** Recorded exchanges and schemas; they lie beside the repository, and tests that want them skip without. */
export const SHARED_DATA = resolve(root, '../shared/data')
export const hasSharedData = existsSync(SHARED_DATA)

/** OpenAI's own models. */
export const OPENAI_MODEL: ModelTraits = {
  ...UNKNOWN_MODEL,
  systemRole: 'developer',
  maxTokensField: 'max_completion_tokens',
  reasoningField: null,
}

export function decode(body: object): Conversation {
  return openaiChatClient.decodeRequest(parseJson(JSON.stringify(body)) as JsonObject, DECODE)
}

export function ask(body: object = {}): Conversation {
  return decode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body })
}

export interface Sent extends EncodedRequest {
  readonly json: Record<string, never>
  readonly dropped: string
}

/** @param conversation of any dialect */
export function send(
  conversation: Conversation,
  traits: Partial<ModelTraits> = {},
  target: Partial<TargetModel> = {},
): Sent {
  const notes = new Notes(FIELD_NAMES)
  const encoded = openaiChatProvider.encodeRequest(
    conversation,
    { id: 'upstream-model', traits: { ...UNKNOWN_MODEL, ...traits }, ...target },
    notes,
  )
  return { ...encoded, json: JSON.parse(JSON.stringify(encoded.body)), dropped: notes.toHeader() }
}

export function replyContext(changes: Partial<ReplyContext> = {}): ReplyContext {
  return {
    conversation: ask(),
    requestBody: {},
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

// --- streams ---

export function sse(...chunks: readonly (object | string)[]): string {
  return chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join('')
}

/** A chunk of choice 0. */
export function chunk(delta: object, more: object = {}, choice: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-x',
    choices: [{ index: 0, delta, finish_reason: null, ...choice }],
    ...more,
  }
}

export function end(reason: string, more: object = {}): object {
  return chunk({}, more, { finish_reason: reason })
}

export interface Followed {
  readonly events: readonly AnswerEvent[]
  readonly decoder: ChatStreamDecoder
  readonly answer: Answer
}

/** @param cuts offsets in bytes where a read ends */
export function follow(stream: string | Buffer, cuts: readonly number[] = []): Followed {
  const decoder = new ChatStreamDecoder()
  const events = eventsFrom(decoder, stream, cuts)
  return { events, decoder, answer: collect(events) }
}

/** The answer as a stream of ours. */
export function stream(answer: Answer, context: ReplyContext = replyContext()): string {
  return streamEvents(replay(answer), context)
}

export function streamEvents(events: readonly AnswerEvent[], context: ReplyContext = replyContext()): string {
  const encoder = openaiChatClient.streamEncoder(context)
  return events.map((event) => encoder.push(event)).join('') + encoder.end()
}

/** The chunks of a stream of ours, `[DONE]` left out. */
export function chunksOf(text: string): JsonObject[] {
  const payloads = text.split('\n\n').filter((event) => event.startsWith('data: {'))
  return payloads.map((event) => JSON.parse(event.slice('data: '.length)) as JsonObject)
}

export function json(answer: Answer, context: ReplyContext = replyContext()): JsonObject {
  return JSON.parse(JSON.stringify(openaiChatClient.encodeAnswer(answer, context))) as JsonObject
}

/** Reads a reply as an upstream's. */
export function read(body: object): Answer {
  const answer = openaiChatProvider.decodeAnswer(parseJson(JSON.stringify(body)) as JsonObject)
  if (answer === null) throw new Error('not an answer')
  return answer
}

/** A reply with one choice. */
export function reply(message: object, more: object = {}, choice: object = {}): object {
  const choices = [
    { index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: 'stop', ...choice },
  ]
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1_700_000_000, model: 'gpt-x', choices, ...more }
}

/**
 * What has to survive a way there and back: ids, names and times of replies are the gateway's own, and so are ids of
 * calls that came without.
 */
export function essence({ choices, usage }: Answer): Pick<Answer, 'choices' | 'usage'> {
  const named = choices.map(({ parts, finish }, choice) => {
    let calls = 0
    const kept = parts.map((part) => {
      if (part.type !== 'tool-call') return part
      calls += 1
      return part.id === '' ? { ...part, id: `call_abc123_${choice}_${calls - 1}` } : part
    })
    return { parts: kept, finish }
  })
  // A tier that OpenAI has no word for is not told.
  return { choices: named, usage: usage === null ? null : { ...usage, serviceTier: '' } }
}

/** The same without places, which name the client's fields. */
export function withoutPlaces<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'at' ? undefined : inner))) as T
}
