// What a dialect can do. Each folder under `dialects/` exports one object of these shapes; the relay knows no more.
//
// A client dialect reads requests and writes answers; a provider dialect writes requests and reads answers. Everything
// here is pure: no clock, no network, no randomness but what comes in through a context.

import type { Answer, AnswerEvent, EmitEvent } from './answer.ts'
import type { Conversation, DialectName, Part } from './conversation.ts'
import type { GatewayError } from './errors.ts'
import type { FieldNames, Notes } from './field-notes.ts'
import type { JsonObject } from './json.ts'
import type { ModelTraits } from './model-traits.ts'
import type { SealEnvelope } from './seal-envelope.ts'
import type { TokenUsage } from './token-usage.ts'
import type { ToolNames } from './tool-names.ts'

// --- the client's side ---

export interface ClientDialect {
  readonly name: DialectName
  /** What this dialect calls the fields of a conversation. */
  readonly fieldNames: FieldNames
  /**
   * @param body parsed by `parseJson`; not changed
   * @throws {GatewayError} `invalid_request` naming the field, for what cannot be understood
   */
  decodeRequest(body: JsonObject, context: DecodeContext): Conversation
  encodeAnswer(answer: Answer, context: ReplyContext): JsonObject
  streamEncoder(context: ReplyContext): StreamEncoder
  /** The whole body of an error reply, and the status where this dialect has one of its own (Anthropic's 529). */
  encodeError(error: GatewayError, requestId: string): EncodedError
}

export interface DecodeContext {
  /** From the path, where the dialect has it there (Gemini); null = in the body. */
  readonly model: string | null
  /** From the path, where the dialect has it there; null = in the body. */
  readonly stream: boolean | null
  /** Opens our own envelopes around other providers' reasoning. */
  readonly envelope: SealEnvelope
}

/** What stands beside the usage in a reply. */
export interface CostOf {
  /** US$ as a JSON number for `usage.cost`; null = not known, leave it out. */
  costJson(usage: TokenUsage): string | null
  /** Members beside the cost: what the picker has saved. Absent where the request named its model. */
  readonly besideCost?: ((usage: TokenUsage) => JsonObject) | undefined
}

/** What an answer needs to become this client's. */
export interface ReplyContext extends CostOf {
  /** Without its turns. */
  readonly conversation: Conversation
  /** The client's own body without its history, for replies that echo it (Responses). */
  readonly requestBody: JsonObject
  /** The public id that is shown as `model`. */
  readonly publicModel: string
  /** A fresh random id without prefix, of letters and digits; each dialect puts its own prefix in front. */
  readonly replyId: string
  /** Unix seconds, now. */
  readonly nowSeconds: number
  /** For dialects that must tell input tokens before they are known (H57); at least 1. */
  readonly estimatedInputTokens: number
  /** Wraps seals of other dialects so that this client can carry them. */
  readonly envelope: SealEnvelope
  /** Gemini without `alt=sse`: a JSON array instead of an event stream. */
  readonly arrayStream: boolean
}

/** Makes the client's bytes out of events. Every piece of text that it returns consists of whole events. */
export interface StreamEncoder {
  readonly contentType: string
  /** '' = nothing to send. Events behind a `failure` are not pushed. */
  push(event: AnswerEvent): string
  /** Behind the last event: whatever ends a stream that went well. */
  end(): string
  /** An error after the head has gone out: closes what is open, then says it. Nothing comes behind it. */
  fail(error: GatewayError): string
  /** Keeps the connection alive. */
  ping(): string
}

export interface EncodedError {
  readonly status: number
  readonly body: string
}

// --- the provider's side ---

export interface ProviderDialect {
  readonly name: DialectName
  /** Kinds of parts that can be sent as a URL; where the model takes any (`ModelTraits.mediaUrls`). */
  readonly takesUrls: ReadonlySet<Part['type']>
  /** @throws {GatewayError} `invalid_request` for what would change its meaning; what is only dropped is noted */
  encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest
  /** Null when the body is not an answer in this dialect. */
  decodeAnswer(body: JsonObject): Answer | null
  streamDecoder(): StreamDecoder
}

export interface TargetModel {
  /** The upstream's own name. */
  readonly id: string
  readonly traits: ModelTraits
  /** Who reads seals back: those that carry another origin are left out. Absent = take all of this dialect. */
  readonly origin?: string
}

export interface EncodedRequest {
  readonly body: JsonObject
  /** Undoes what was done to names of tools. */
  readonly toolNames: ToolNames
  /** The tool that stands in for structured output: its arguments are the answer's text (H68). */
  readonly outputTool: string | null
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

/** Reads an upstream's bytes, split anywhere. Emits as `AnswerEvent` describes. */
export interface StreamDecoder {
  push(chunk: Buffer, emit: EmitEvent): void
  /** The upstream closed. Emits what was still held back, and closes open parts. */
  end(emit: EmitEvent): void
  /** The answer came to its end as this dialect marks it; a stream that ends without is truncated (H06, H16). */
  readonly finished: boolean
  /** The end mark itself has come (`[DONE]`, `message_stop`…): nothing follows. Dialects without one never say so. */
  readonly ended: boolean
  /** Why the bytes cannot be followed: not JSON, an event too large, a bad checksum. */
  readonly broken: string | null
}
