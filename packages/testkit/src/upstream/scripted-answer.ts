// Answers that a test writes: once, for every dialect.
//
//   upstream.answer({
//     reasoning: 'Paris is in France.',
//     text: 'One moment.',
//     toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }, { name: 'get_time' }],
//     usage: { input: 120, cacheRead: 100, output: 40 },
//   })
//   upstream.answer({ text: 'It is sunny.', stop: 'max_tokens' })
//   upstream.answer({ trouble: { kind: 'context-length' } }, { times: 2 })
//   upstream.answer({ text: 'half', fault: 'rst@2' }, { model: 'gpt-4o' })
//
// A queue: each request for an answer takes the first entry that fits it; with an empty queue the model is smart (smart-answer.ts).
import { hashText } from '../random.ts'
import { type Answer, type AnswerPart, type AnswerUsage, piecesOf, type Question, type Stop } from './answer.ts'
import type { Fault } from './fault.ts'
import type { Script } from './script.ts'
import { usageOf } from './smart-answer.ts'
import type { Trouble } from './trouble.ts'

export interface ScriptedToolCall {
  readonly name: string
  /** A JSON value. Absent: the call has no arguments, and each dialect says so in its own way. */
  readonly arguments?: unknown
  /** Source text instead, also of what is not JSON. */
  readonly argumentsText?: string
  readonly id?: string
}

export interface ScriptedReasoning {
  readonly text: string
  /** Default true: the provider makes one. False leaves it out; a text is used as it is. */
  readonly signature?: string | boolean
  readonly redacted?: boolean
}

/** One part, when the order matters. */
export type ScriptedPart =
  | { readonly text: string }
  | { readonly reasoning: string | ScriptedReasoning }
  | { readonly toolCall: ScriptedToolCall }
  | { readonly refusal: string }

/** Rendered in this order: reasoning, text (or json), refusal, tool calls; `parts` instead of all of them gives another order. */
export interface ScriptedAnswer {
  readonly reasoning?: string | ScriptedReasoning
  readonly text?: string
  /** Text that is this value as JSON. */
  readonly json?: unknown
  readonly refusal?: string
  readonly toolCalls?: readonly ScriptedToolCall[]
  readonly parts?: readonly ScriptedPart[]
  /** Default: `tool_use` with calls, `refusal` with a refusal, else `end`. */
  readonly stop?: Stop
  readonly stopSequence?: string
  /** What is missing follows from the text. */
  readonly usage?: Partial<AnswerUsage>
  /** Bytes of text in an event of the stream; default 8. Tool arguments are cut the same way. */
  readonly pieceBytes?: number
  readonly delayMs?: number
  readonly gapMs?: number
  /** A fault of the wire, as an object or as text (parseFault). */
  readonly fault?: Fault | string
  /** No answer: this trouble, in the provider's own words and shape. */
  readonly trouble?: Trouble
}

export interface AnswerScope {
  /** How many requests get it; default 1, Infinity for all. */
  readonly times?: number
  readonly forKey?: string
  readonly model?: string
  /** The body of the request must hold this text. */
  readonly when?: string
  /** Only this dialect (its name in the ledger). */
  readonly dialect?: string
}

export type AnswerSource = ScriptedAnswer | ((question: Question) => ScriptedAnswer)

interface Entry {
  readonly source: AnswerSource
  readonly scope: AnswerScope
  left: number
}

export interface Asking {
  readonly key: string | undefined
  readonly model: string | undefined
  readonly dialect: string
  readonly body: Buffer
}

/** The queue. `peek` shows what a request would get, `use` takes it. */
export class AnswerBook {
  #entries: Entry[] = []

  add(source: AnswerSource, scope: AnswerScope = {}): void {
    this.#entries.push({ source, scope, left: scope.times ?? 1 })
  }

  clear(): void {
    this.#entries = []
  }

  /** Answers that nobody has taken yet. */
  get waiting(): number {
    return this.#entries.reduce((sum, entry) => sum + (entry.left === Infinity ? 0 : entry.left), 0)
  }

  peek(asking: Asking): Entry | undefined {
    return this.#entries.find(
      ({ scope }) =>
        (scope.forKey === undefined || scope.forKey === asking.key) &&
        (scope.model === undefined || scope.model === asking.model) &&
        (scope.dialect === undefined || scope.dialect === asking.dialect) &&
        (scope.when === undefined || asking.body.includes(scope.when)),
    )
  }

  use(entry: Entry): void {
    entry.left -= 1
    if (entry.left <= 0) this.#entries = this.#entries.filter((other) => other !== entry)
  }
}

/** The script under an answer: its pace wins over the server's. */
export function scriptWith(script: Script, answer: ScriptedAnswer): Script {
  return { ...script, delayMs: answer.delayMs ?? script.delayMs, gapMs: answer.gapMs ?? script.gapMs }
}

export function answerFrom(scripted: ScriptedAnswer, question: Question): Answer {
  const bytes = scripted.pieceBytes ?? 8
  const parts = (scripted.parts ?? partsOf(scripted)).map((part) => render(part, bytes))
  const stop = scripted.stop ?? usualStop(parts)
  return {
    parts,
    stop,
    stopSequence: scripted.stopSequence ?? (stop === 'stop_sequence' ? question.stopSequences[0] : undefined),
    usage: usageOf(question, parts, scripted.usage),
    seed: hashText(question.prompt),
  }
}

function partsOf(scripted: ScriptedAnswer): ScriptedPart[] {
  const parts: ScriptedPart[] = []
  if (scripted.reasoning !== undefined) parts.push({ reasoning: scripted.reasoning })
  if (scripted.text !== undefined) parts.push({ text: scripted.text })
  if (scripted.json !== undefined) parts.push({ text: JSON.stringify(scripted.json) })
  if (scripted.refusal !== undefined) parts.push({ refusal: scripted.refusal })
  for (const toolCall of scripted.toolCalls ?? []) parts.push({ toolCall })
  return parts
}

function render(part: ScriptedPart, bytes: number): AnswerPart {
  if ('text' in part) return { kind: 'text', pieces: piecesOf(part.text, bytes) }
  if ('refusal' in part) return { kind: 'refusal', pieces: piecesOf(part.refusal, bytes) }
  if ('toolCall' in part) {
    const { id, name, arguments: value, argumentsText } = part.toolCall
    const text = argumentsText ?? (value === undefined ? undefined : JSON.stringify(value))
    return { kind: 'tool-call', id, name, arguments: text }
  }
  const reasoning = typeof part.reasoning === 'string' ? { text: part.reasoning } : part.reasoning
  const { text, signature = true, redacted = false } = reasoning
  return { kind: 'reasoning', pieces: piecesOf(text, bytes), signature, redacted }
}

function usualStop(parts: readonly AnswerPart[]): Stop {
  if (parts.some((part) => part.kind === 'tool-call')) return 'tool_use'
  return parts.some((part) => part.kind === 'refusal') ? 'refusal' : 'end'
}
