// The answer that every dialect renders in its own words: described once, without a word of any provider.
//
// Token counts follow one rule, so that a test can work them out: ceil(bytes / 4) of the UTF-8 text. A piece has four bytes by
// default, so an answer of 16 pieces is 16 tokens; the prompt counts the text of its messages.

/** Why an answer ended. Each dialect has its own word for it, or the nearest one. */
export type Stop = (typeof STOPS)[number]
export const STOPS = [
  'end',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'refusal',
  'content_filter',
  'pause',
  'context_window',
  'malformed_call',
] as const

/** Tokens. `input` is the whole prompt, cache reads and writes included; `output` includes `reasoning`. */
export interface AnswerUsage {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly output: number
  readonly reasoning: number
}

/** `pieces` are what one event of a stream carries. */
export type AnswerPart =
  | { readonly kind: 'text' | 'refusal'; readonly pieces: readonly string[] }
  | {
      readonly kind: 'reasoning'
      readonly pieces: readonly string[]
      /** A signature of its own making, or whether the provider shall make one. */
      readonly signature: string | boolean
      /** Only the sealed form reaches the client. */
      readonly redacted: boolean
    }
  | ToolCallPart

export interface ToolCallPart {
  readonly kind: 'tool-call'
  /** Undefined: in the dialect's own style. */
  readonly id: string | undefined
  readonly name: string
  /** Source text; JSON unless a test wants otherwise. Undefined: a call without arguments, said as the dialect says it. */
  readonly arguments: string | undefined
}

export interface Answer {
  readonly parts: readonly AnswerPart[]
  readonly stop: Stop
  /** The stop sequence that was met. */
  readonly stopSequence: string | undefined
  readonly usage: AnswerUsage
  /** From what ids are made: the same question gets the same ones. */
  readonly seed: number
}

/** A tool that a request offers. */
export interface OfferedTool {
  readonly name: string
  /** JSON Schema, or whatever stands in its place. */
  readonly parameters: unknown
}

/** What a dialect has understood of a request. */
export interface Question {
  readonly model: string
  /** All text of the prompt. */
  readonly prompt: string
  readonly maxTokens: number | undefined
  readonly tools: readonly OfferedTool[]
  /** Whether tools may or must be called: `{name}` forces one. */
  readonly choice: 'auto' | 'none' | 'required' | { readonly name: string }
  /** The text of the last turn, when it is the user's and no tool result. */
  readonly lastUserText: string | undefined
  /** Texts of the tool results that the last turn brought. */
  readonly toolResults: readonly string[]
  /** JSON Schema of the answer; true when any JSON will do. */
  readonly schema: unknown
  readonly stopSequences: readonly string[]
  /** The request asks for visible reasoning. */
  readonly reasoning: boolean
}

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** Text in pieces of about `bytes` bytes, never through a character. */
export function piecesOf(text: string, bytes = 8): string[] {
  const pieces: string[] = []
  let piece = ''
  let size = 0
  for (const character of text) {
    piece += character
    size += Buffer.byteLength(character)
    if (size < bytes) continue
    pieces.push(piece)
    piece = ''
    size = 0
  }
  if (piece !== '') pieces.push(piece)
  return pieces
}

/** The text of all parts of a kind. */
export function textOf(answer: Answer, kind: 'text' | 'refusal' | 'reasoning'): string {
  return answer.parts.flatMap((part) => (part.kind === kind ? part.pieces : [])).join('')
}

export function toolCallsOf(answer: Answer): readonly ToolCallPart[] {
  return answer.parts.filter((part) => part.kind === 'tool-call')
}

/** An id for a call that has none, in a dialect's style: `call_…`, `toolu_…`. */
export function callId(answer: Answer, part: ToolCallPart, prefix: string): string {
  const index = toolCallsOf(answer).indexOf(part)
  return part.id ?? `${prefix}${(answer.seed + index).toString(16).padStart(24, '0')}`
}

/**
 * Deals an answer's completion tokens out to the events that carry them, so that they add up to the usage exactly, also when a
 * script says more or less than the text has.
 */
export class TokenMeter {
  #left: number

  constructor(tokens: number) {
    this.#left = tokens
  }

  take(text: string): number {
    const tokens = Math.min(this.#left, countTokens(text))
    this.#left -= tokens
    return tokens
  }

  /** All that is left, for the event that ends the answer. */
  rest(): number {
    const rest = this.#left
    this.#left = 0
    return rest
  }
}
