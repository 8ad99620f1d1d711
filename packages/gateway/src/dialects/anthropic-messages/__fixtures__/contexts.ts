// What the tests of this dialect hand to its functions, and the hand-written streams beside this file. The streams
// follow "Streaming messages" and "Extended thinking" of Anthropic's documentation.

import { bareConversation } from '../../../core/__fixtures__/bare-conversation.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, AnswerEvent } from '../../../core/answer.ts'
import { collect, eventsFrom } from '../../../core/__fixtures__/answer-events.ts'
import type { Conversation } from '../../../core/conversation.ts'
import type { DecodeContext, EncodedRequest, ReplyContext, TargetModel } from '../../../core/dialect.ts'
import { GatewayError } from '../../../core/errors.ts'
import { Notes } from '../../../core/field-notes.ts'
import { parseJson, type JsonObject } from '../../../core/json.ts'
import { UNKNOWN_MODEL, type ModelTraits } from '../../../core/model-traits.ts'
import { SealEnvelope } from '../../../core/seal-envelope.ts'
import { decodeRequest } from '../decode-request.ts'
import { encodeRequest } from '../encode-request.ts'
import { FIELD_NAMES } from '../field-names.ts'
import { MessagesStreamDecoder } from '../stream-decoder.ts'

export const envelope = new SealEnvelope(Buffer.alloc(32, 7), 'account-1', 'anthropic/credential-1')

export const decodeContext: DecodeContext = { model: null, stream: null, envelope }

export function decode(body: unknown): Conversation {
  // Through text, as bodies come.
  return decodeRequest(parseJson(JSON.stringify(body)) as JsonObject, decodeContext)
}

const CLAUDE: ModelTraits = {
  ...UNKNOWN_MODEL,
  thinking: 'adaptive',
  efforts: ['low', 'medium', 'high', 'max'],
  manyAnswers: false,
  maxTemperature: 1,
}

export const OLDER_CLAUDE: ModelTraits = { ...CLAUDE, thinking: 'budget', efforts: [], midSystem: false }

export function target(traits: Partial<ModelTraits> = {}, origin?: string): TargetModel {
  return { id: 'claude-upstream', traits: { ...CLAUDE, ...traits }, ...(origin === undefined ? {} : { origin }) }
}

export interface Encoded extends EncodedRequest {
  readonly dropped: string
}

export function encode(conversation: Conversation, traits: Partial<ModelTraits> = {}, origin?: string): Encoded {
  const notes = new Notes(FIELD_NAMES)
  const encoded = encodeRequest(conversation, target(traits, origin), notes)
  // Through text, as it is sent.
  const body = JSON.parse(JSON.stringify(encoded.body)) as JsonObject
  return { ...encoded, body, dropped: notes.toHeader() }
}

/** A conversation as another dialect's decoder would give it. */
export function foreign(over: Partial<Conversation> = {}): Conversation {
  const hello = { type: 'text', at: 'messages[0].content', text: 'Hello' } as const
  return bareConversation([{ role: 'user', parts: [hello] }], over)
}

export function replyContext(over: Partial<ReplyContext> = {}): ReplyContext {
  return {
    conversation: decode({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }),
    requestBody: {},
    publicModel: 'public-model',
    replyId: 'Reply1',
    nowSeconds: 1_700_000_000,
    estimatedInputTokens: 12,
    costJson: () => null,
    envelope,
    arrayStream: false,
    ...over,
  }
}

export const STREAMS: readonly (readonly [name: string, bytes: Buffer])[] = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => [name, readFileSync(join(import.meta.dirname, name))])

export function streamNamed(name: string): Buffer {
  const found = STREAMS.find(([known]) => known === `${name}.sse`)
  if (found === undefined) throw new Error(`no stream ${name}`)
  return found[1]
}

export interface Decoded {
  readonly events: readonly AnswerEvent[]
  readonly answer: Answer
  readonly decoder: MessagesStreamDecoder
}

/** @param cuts offsets at which the bytes are split */
export function decodeStream(bytes: Buffer, cuts: readonly number[] = []): Decoded {
  const decoder = new MessagesStreamDecoder()
  const events = eventsFrom(decoder, bytes, cuts)
  return { events, answer: collect(events), decoder }
}

/** Arguments become an object and text again on the way through JSON: their white space is not kept. */
export function withoutSpaces(answer: Answer): Answer {
  const choices = answer.choices.map(({ parts, finish }) => ({
    parts: parts.map((part) =>
      part.type === 'tool-call' ? { ...part, input: JSON.stringify(parseJson(part.input)) } : part,
    ),
    finish,
  }))
  return { ...answer, choices }
}

export function refusal(action: () => unknown): GatewayError {
  try {
    action()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** A small body of a request. */
export const minimal = (over: object = {}): object => ({
  model: 'm',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
  ...over,
})
