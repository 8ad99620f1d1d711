// What the relay has to know about a kind of upstream: where a request goes, under which headers, and what its body must
// look like there. One object for each configured provider; `adapters.ts` makes them.
//
// A request leaves like this:
//
//   dialect  = adapter.dialectFor(client's dialect, upstream model)
//   path     = adapter.path(dialect, operation, model)            null = this upstream has no such endpoint
//   body     = the client's bytes, where adapter.passes(…) and only `model` and usage have to be spliced in;
//              otherwise an object that went through adapter.finish(…)
//   lines    = withLines(adapter.headers(secret, dialect), finished headers) and, where adapter.sign is not null,
//              what it adds
//
// Everything but `sign` is synchronous, and `sign` is too as long as it has a token that lives.

import type { ProviderConfig } from '../config/config.ts'
import type { Quirks } from '../config/quirks.ts'
import type { DialectName } from '../core/conversation.ts'
import type { JsonObject } from '../core/json.ts'

export type Operation =
  /** An answer in one piece, and as a stream. */
  | 'generate'
  | 'stream'
  | 'count-tokens'
  | 'embeddings'
  | 'batch-embeddings'
  | 'images'
  | 'moderations'
  | 'completions'
  /** A conversation in fewer words, which the provider alone can read (OpenAI's Responses API). */
  | 'compact'
  /** A GET. */
  | 'models'

/** Header lines: name, value, name, value… Lower-case names. */
export type Lines = readonly string[]

export interface UpstreamTarget {
  readonly dialect: DialectName
  readonly operation: Operation
  /** The upstream's own name. */
  readonly model: string
}

export interface UnfinishedRequest extends UpstreamTarget {
  /** Not changed. */
  readonly body: JsonObject
  /** What belongs to the dialect: the encoder's own, or those of a client that speaks the same one. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

export interface FinishedRequest {
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
  /** Fields that this upstream does not take, by their names in its dialect: for `X-Fairlead-Dropped`. */
  readonly dropped: readonly string[]
}

export interface SignableRequest {
  readonly secret: string
  readonly method: 'GET' | 'POST'
  /** From `path`. */
  readonly path: string
  readonly body: Buffer
}

/** How the chunks of a stream come: server-sent events, or AWS's binary frames around whole JSON events. */
export type StreamFraming =
  | 'sse'
  /** ConverseStream: the frame's payload is the event, its type is a header of the frame. */
  | 'aws-events'
  /** InvokeModelWithResponseStream: the payload is `{"bytes": "…"}`, the base64 of one event of the model's own dialect. */
  | 'aws-chunks'

export interface ProviderAdapter {
  readonly config: ProviderConfig
  readonly quirks: Quirks
  /** What it speaks with this model, best first; never empty. */
  dialects(model: string): readonly DialectName[]
  /** The client's own dialect where it is spoken, so that bytes can pass; else the best. */
  dialectFor(client: DialectName, model: string): DialectName
  /** Path and query, from the origin of `config.baseUrl` on; null = there is no such endpoint. */
  path(dialect: DialectName, operation: Operation, model: string): string | null
  framing(dialect: DialectName): StreamFraming
  /**
   * /!\ Hot path. Whether a body of this dialect can go as it is, but for its `model` (and, where usage is asked for, its
   * `stream_options`).
   * @param text the body; latin1 will do
   */
  passes(target: UpstreamTarget, text: string): boolean
  /**
   * /!\ Hot path. Whether a body of this dialect names media by URL that this upstream does not fetch, though others of the
   * dialect do. It may say so once too often.
   * @param text the body; latin1 will do
   */
  namesMedia(target: UpstreamTarget, text: string): boolean
  /** Puts the model where it belongs, and takes out what this upstream refuses. */
  finish(request: UnfinishedRequest): FinishedRequest
  /** Frozen, and always the same array for the same secret and dialect. Without what `sign` adds. */
  headers(secret: string, dialect: DialectName): Lines
  /**
   * Null where `headers` says it all. Otherwise the lines that make a request of ours.
   * @throws {Error} when there are no credentials to be had; says why, without quoting any
   */
  readonly sign: ((request: SignableRequest) => Lines | Promise<Lines>) | null
  /** The upstream refused (401) what `sign` made from this secret: the next request gets a new token. */
  forget(secret: string): void
  /** Whether `GET models` lists what can be asked for. Azure's lists what could be deployed, the clouds' is elsewhere. */
  readonly listsModels: boolean
}

/** The headers of a client that are its dialect's, and reach an upstream of the same dialect as they are. */
export const DIALECT_HEADERS: Readonly<Record<DialectName, readonly string[]>> = {
  'openai-chat': [],
  'openai-responses': [],
  'anthropic-messages': ['anthropic-beta', 'anthropic-version'],
  gemini: [],
  'bedrock-converse': [],
}
