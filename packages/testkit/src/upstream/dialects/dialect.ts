// What a dialect has to say, so that the engine below (connections, pace, faults, ledger) knows none of them.
import type { Script } from '../script.ts'

/** A request with its body read. */
export interface Incoming {
  readonly id: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly script: Script
  /** Seconds since the epoch, for `created`. */
  readonly createdS: number
}

/** What the ledger wants to know of a request before it is answered. */
export interface Glance {
  readonly model: string | undefined
  readonly stream: boolean
  readonly key: string | undefined
}

export interface StreamEvent {
  /** `delta` events are paced; the others leave together with their neighbour. */
  readonly kind: 'start' | 'delta' | 'finish' | 'usage' | 'done' | 'error'
  /** The event as it stands on the wire. */
  readonly bytes: string
  /** Completion tokens in it. */
  readonly tokens: number
}

export interface WholeReply {
  readonly kind: 'whole'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  readonly promptTokens: number
  readonly completionTokens: number
}

export interface StreamReply {
  readonly kind: 'stream'
  readonly headers: Readonly<Record<string, string>>
  readonly events: Iterable<StreamEvent>
  readonly promptTokens: number
}

export type Reply = WholeReply | StreamReply

export interface ErrorTerms {
  readonly status: number
  readonly message: string
  readonly type: string
  readonly param?: string | null
  readonly code?: string | null
}

export interface Dialect {
  readonly name: string
  /** True when this path belongs to the dialect. */
  owns(path: string): boolean
  glance(headers: Incoming['headers'], path: string, body: Buffer): Glance
  /** Answers, with an error reply too when the request is bad. */
  reply(incoming: Incoming): Reply
  error(terms: ErrorTerms): WholeReply
  /** An error in the middle of a stream. */
  streamError(terms: ErrorTerms): StreamEvent
  /** Headers of a stream's reply, for a stream that never was. */
  readonly streamHeaders: Readonly<Record<string, string>>
}

export function jsonReply(
  status: number,
  body: string,
  tokens: { promptTokens: number; completionTokens: number } = { promptTokens: 0, completionTokens: 0 },
  headers: Readonly<Record<string, string>> = {},
): WholeReply {
  return { kind: 'whole', status, headers: { 'content-type': 'application/json', ...headers }, body, ...tokens }
}
