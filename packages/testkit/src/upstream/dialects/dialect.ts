// What a dialect has to say, so that the engine below (connections, pace, faults, ledger) knows none of them.
import type { Answer, Question } from '../answer.ts'
import type { Script } from '../script.ts'
import type { Seals } from '../seals.ts'
import type { Trouble } from '../trouble.ts'

/** A request with its body read. */
export interface Incoming {
  readonly id: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly script: Script
  /** Seconds since the epoch, for `created`. */
  readonly createdS: number
  /** What this deployment has signed. */
  readonly seals: Seals
  /** The scripted or smart answer. Throws ScriptedTrouble. */
  answer(question: Question): Answer
}

/** What the ledger wants to know of a request before it is answered. */
export interface Glance {
  readonly model: string | undefined
  readonly stream: boolean
  readonly key: string | undefined
  /** The request wants a model's answer: it takes the next one of the script. */
  readonly generates?: boolean
}

export interface StreamEvent {
  /** `delta` events are paced; the others leave together with their neighbour. */
  readonly kind: 'start' | 'delta' | 'finish' | 'usage' | 'done' | 'error'
  /** The event as it stands on the wire. */
  readonly bytes: string | Buffer
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
  /** How this very stream reports an error in its middle, when it must name itself; else the dialect's streamError. */
  readonly failure?: (terms: ErrorTerms) => StreamEvent
}

export type Reply = WholeReply | StreamReply

export interface ErrorTerms {
  readonly status: number
  readonly message: string
  /** OpenAI's and Anthropic's `error.type`, Gemini's `error.status`, Bedrock's exception; absent: what goes with the status. */
  readonly type?: string
  readonly param?: string | null
  readonly code?: string | null
  /** Members that go into the error object besides. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A provider's own status and words for a trouble, unless it brings its own. */
export function termsOf(trouble: Trouble): (status: number, message: string, type?: string) => ErrorTerms {
  return (status, message, type) => ({
    status: trouble.status ?? status,
    message: trouble.message ?? message,
    ...(type === undefined ? {} : { type }),
  })
}

export interface Dialect {
  readonly name: string
  /** True when a request on this path belongs to the dialect. */
  owns(path: string, headers: Incoming['headers'], query: URLSearchParams): boolean
  glance(headers: Incoming['headers'], path: string, body: Buffer, query: URLSearchParams): Glance
  /** Answers, with an error reply too when the request is bad. */
  reply(incoming: Incoming): Reply
  error(terms: ErrorTerms): WholeReply
  /** An error in the middle of a stream. */
  streamError(terms: ErrorTerms): StreamEvent
  /** The provider's own words for a trouble. */
  trouble(trouble: Trouble): ErrorTerms
  /** Headers of a stream's reply, for a stream that never was. */
  readonly streamHeaders: Readonly<Record<string, string>>
}

/** A request that cannot be answered. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly terms: ErrorTerms

  constructor(message: string, terms: Partial<ErrorTerms> = {}) {
    super(message)
    this.terms = { status: 400, message, ...terms }
  }
}

/** The script wants this trouble instead of an answer. */
export class ScriptedTrouble extends Error {
  override readonly name = 'ScriptedTrouble'
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(trouble.kind)
    this.trouble = trouble
  }
}

/** Runs a dialect's reply and turns what it throws into the dialect's error. */
export function guarded(dialect: Pick<Dialect, 'error' | 'trouble'>, reply: () => Reply): Reply {
  try {
    return reply()
  } catch (error) {
    if (error instanceof BadRequest) return dialect.error(error.terms)
    if (error instanceof ScriptedTrouble) return dialect.error(dialect.trouble(error.trouble))
    throw error
  }
}

export function jsonReply(
  status: number,
  body: string,
  tokens: { promptTokens: number; completionTokens: number } = { promptTokens: 0, completionTokens: 0 },
  headers: Readonly<Record<string, string>> = {},
): WholeReply {
  return { kind: 'whole', status, headers: { 'content-type': 'application/json', ...headers }, body, ...tokens }
}

/** The credential behind `Authorization: Bearer`. */
export function bearer(headers: Incoming['headers']): string | undefined {
  return /^Bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1]
}
