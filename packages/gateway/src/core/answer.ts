// The canonical answer, whole and as a stream of events.
//
//   upstream bytes -> [dialect.StreamDecoder] -> AnswerEvent* -> [dialect.StreamEncoder] -> client bytes
//
// A stream opens parts, adds to them and closes them. Decoders number the parts of each choice 0, 1, 2… in the order in
// which they begin, and close every part that they opened, also when the upstream breaks off. Parts of one choice may
// overlap (parallel tool calls in chat chunks); `serializeParts` puts them one behind the other for dialects that
// cannot say that. Usage is cumulative: the last one counts.

import type { DialectName, MediaSource, Seal } from './conversation.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { TokenUsage } from './token-usage.ts'

export type StopReason =
  | 'stop'
  /** A stop sequence of the client's matched. */
  | 'stop-sequence'
  | 'length'
  /** The context window, rather than the limit that was asked for. */
  | 'context-window'
  | 'tool-calls'
  /** The model declined. */
  | 'refusal'
  /** A filter cut the answer off. */
  | 'content-filter'
  /** The provider paused a long turn; to be continued upstream (Anthropic's `pause_turn`). */
  | 'pause'
  /** The model produced something malformed (H39). A failure, never a success. */
  | 'malformed'

export interface Answer {
  /** The upstream's own id; empty when it gave none. */
  readonly id: string
  /** The upstream's name of the model; for logs. Clients get the public id. */
  readonly model: string
  /** Unix seconds; 0 when the upstream gave none. */
  readonly createdAtSeconds: number
  /** At least one. */
  readonly choices: readonly AnswerChoice[]
  /** Null when the upstream did not say. */
  readonly usage: TokenUsage | null
  readonly serviceTier?: string
}

export interface AnswerChoice {
  readonly parts: readonly AnswerPart[]
  readonly finish: Finish
}

export interface Finish {
  readonly reason: StopReason
  /** The sequence that matched, where the upstream says it. */
  readonly stopSequence?: string
  /** In words: why it was refused or filtered. */
  readonly detail?: string
}

export type AnswerPart = AnswerText | AnswerReasoning | AnswerToolCall | AnswerRefusal | AnswerMedia | AnswerForeign

export interface AnswerText {
  readonly type: 'text'
  readonly text: string
  readonly annotations: readonly Annotation[]
  /** OpenAI's shape: `[{token, logprob, bytes, top_logprobs}]`. */
  readonly logprobs?: readonly JsonValue[]
  readonly seal?: Seal
}

export interface AnswerReasoning {
  readonly type: 'reasoning'
  readonly text: string
  readonly summary: readonly string[]
  readonly redacted: boolean
  readonly seal?: Seal
}

export interface AnswerToolCall {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly namespace?: string
  readonly kind: 'function' | 'custom'
  /** `{}` for a call without arguments (H26); otherwise exactly what the model wrote. */
  readonly input: string
  readonly seal?: Seal
}

export interface AnswerRefusal {
  readonly type: 'refusal'
  readonly text: string
}

/** Generated media (Gemini's inline images, audio). */
export interface AnswerMedia {
  readonly type: 'media'
  readonly source: MediaSource
  readonly seal?: Seal
}

export interface AnswerForeign {
  readonly type: 'foreign'
  readonly dialect: DialectName
  readonly kind: string
  readonly value: JsonObject
}

/** A citation. `url` and its companions where the dialect gives them; `value` is the original. */
export interface Annotation {
  readonly dialect: DialectName
  readonly url?: string
  readonly title?: string
  /** Offsets into the text of the part, in UTF-16 units. */
  readonly start?: number
  readonly end?: number
  readonly value: JsonObject
}

// --- the stream ---

export type AnswerEvent =
  | StartEvent
  | PartStartEvent
  | PartDeltaEvent
  | SectionEvent
  | AnnotationEvent
  | SealEvent
  | PartEndEvent
  | FinishEvent
  | UsageEvent
  | FailureEvent
  | PingEvent

/** Once, first. */
export interface StartEvent {
  readonly type: 'start'
  readonly id: string
  readonly model: string
  readonly createdAtSeconds: number
  readonly serviceTier?: string
}

interface PartEventBase {
  /** Which of `n` answers; 0 for all but one dialect. */
  readonly choice: number
  /** Which part of that answer, dense from 0. */
  readonly part: number
}

export interface PartStartEvent extends PartEventBase {
  readonly type: 'part-start'
  readonly opened: OpenedPart
}

export type OpenedPart =
  | { readonly type: 'text' }
  /** `summary`: its text is a summary, in sections; otherwise what the model thought. */
  | { readonly type: 'reasoning'; readonly form: 'full' | 'summary'; readonly redacted: boolean }
  | { readonly type: 'refusal' }
  | {
      readonly type: 'tool-call'
      readonly id: string
      readonly name: string
      readonly namespace?: string
      readonly kind: 'function' | 'custom'
    }
  /** Comes whole; no deltas follow. */
  | { readonly type: 'media'; readonly source: MediaSource }
  | { readonly type: 'foreign'; readonly dialect: DialectName; readonly kind: string; readonly value: JsonObject }

/** More text of the part: words, thought, refusal, a piece of the arguments' source text. */
export interface PartDeltaEvent extends PartEventBase {
  readonly type: 'part-delta'
  readonly text: string
  readonly logprobs?: readonly JsonValue[]
}

/** The summary goes on with its next paragraph. */
export interface SectionEvent extends PartEventBase {
  readonly type: 'section'
}

export interface AnnotationEvent extends PartEventBase {
  readonly type: 'annotation'
  readonly annotation: Annotation
}

/** The part's seal, complete; between its start and its end. */
export interface SealEvent extends PartEventBase {
  readonly type: 'seal'
  readonly seal: Seal
}

export interface PartEndEvent extends PartEventBase {
  readonly type: 'part-end'
}

/** Once per choice, behind its parts. */
export interface FinishEvent {
  readonly type: 'finish'
  readonly choice: number
  readonly finish: Finish
}

export interface UsageEvent {
  readonly type: 'usage'
  readonly usage: TokenUsage
}

/** The upstream reported an error in its stream; nothing comes behind it. */
export interface FailureEvent {
  readonly type: 'failure'
  /** The payload, in the upstream's own shape, for `classifyRefusal`. */
  readonly body: string
  readonly status: number
}

/** The upstream is alive and has nothing to say. */
export interface PingEvent {
  readonly type: 'ping'
}

export type EmitEvent = (event: AnswerEvent) => void
