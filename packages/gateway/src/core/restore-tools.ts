// Undoing on the way back what was done to tools on the way out: stand-in names and flattened namespaces, free-text
// tools that travelled as functions of `{input}` (H45), and the forced tool whose arguments are the answer (H68).

import type { Answer, AnswerChoice, AnswerEvent, AnswerPart, EmitEvent, Finish } from './answer.ts'
import type { EncodedRequest } from './dialect.ts'
import { parseJsonObject, stringOf } from './json.ts'
import { UnwrapInput } from './unwrap-input.ts'

type Undo = Pick<EncodedRequest, 'toolNames' | 'outputTool'>

/** The same for a whole answer. */
export function restoreAnswer(answer: Answer, undo: Undo): Answer {
  return { ...answer, choices: answer.choices.map((choice) => restoreChoice(choice, undo)) }
}

function restoreChoice({ parts, finish }: AnswerChoice, undo: Undo): AnswerChoice {
  const restored = parts.map((part): AnswerPart => {
    if (part.type !== 'tool-call') return part
    if (part.name === undo.outputTool) return { type: 'text', text: part.input, annotations: [] }
    const identity = undo.toolNames.toClient(part.name, part.kind)
    const wrapped = identity.kind === 'custom' && part.kind === 'function'
    const input = wrapped ? (stringOf(parseJsonObject(part.input)?.['input']) ?? part.input) : part.input
    return { ...part, ...identity, input }
  })
  return { parts: restored, finish: restoreFinish(finish, restored, undo) }
}

function restoreFinish(finish: Finish, parts: readonly { readonly type: string }[], undo: Undo): Finish {
  if (undo.outputTool === null || finish.reason !== 'tool-calls') return finish
  return parts.some((part) => part.type === 'tool-call') ? finish : { ...finish, reason: 'stop' }
}

/** The same for a stream. */
export class RestoreTools {
  readonly #undo: Undo
  readonly #emit: EmitEvent
  /** Custom calls that are open, by choice and part. */
  readonly #unwrapping = new Map<string, UnwrapInput>()
  readonly #seen: { readonly type: string }[] = []

  constructor(undo: Undo, emit: EmitEvent) {
    this.#undo = undo
    this.#emit = emit
  }

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'part-start': {
        const { opened } = event
        if (opened.type !== 'tool-call') {
          this.#seen.push(opened)
          this.#emit(event)
        } else if (opened.name === this.#undo.outputTool) {
          this.#emit({ ...event, opened: { type: 'text' } })
        } else {
          const identity = this.#undo.toolNames.toClient(opened.name, opened.kind)
          if (identity.kind === 'custom' && opened.kind === 'function')
            this.#unwrapping.set(`${event.choice}/${event.part}`, new UnwrapInput())
          this.#seen.push(opened)
          this.#emit({ ...event, opened: { ...opened, ...identity } })
        }
        return
      }
      case 'part-delta': {
        const unwrap = this.#unwrapping.get(`${event.choice}/${event.part}`)
        const text = unwrap === undefined ? event.text : unwrap.push(event.text)
        if (text !== '') this.#emit(text === event.text ? event : { ...event, text })
        return
      }
      case 'part-end': {
        const rest = this.#unwrapping.get(`${event.choice}/${event.part}`)?.end() ?? ''
        if (rest !== '') this.#emit({ type: 'part-delta', choice: event.choice, part: event.part, text: rest })
        this.#emit(event)
        return
      }
      case 'finish':
        this.#emit({ ...event, finish: restoreFinish(event.finish, this.#seen, this.#undo) })
        return
      default:
        this.#emit(event)
    }
  }
}
