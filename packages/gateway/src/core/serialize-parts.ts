// Parts one behind the other. Chat chunks may add to several tool calls in turn; Anthropic's blocks never interleave and
// items of the Responses API are closed in order. What comes for a later part is held until the open one ends (H23).

import type { AnswerEvent, EmitEvent } from './answer.ts'

export class SerializeParts {
  readonly #emit: EmitEvent
  /** Of choice 0; dialects that need this have no others. */
  #open = -1
  readonly #waiting = new Map<number, AnswerEvent[]>()

  constructor(emit: EmitEvent) {
    this.#emit = emit
  }

  push(event: AnswerEvent): void {
    if (!('part' in event)) {
      // A decoder closes its parts before it says how the answer ended.
      this.#emit(event)
      return
    }
    if (this.#open === -1 && event.type === 'part-start') this.#open = event.part
    if (event.part !== this.#open) {
      const waiting = this.#waiting.get(event.part)
      if (waiting === undefined) this.#waiting.set(event.part, [event])
      else waiting.push(event)
      return
    }
    this.#emit(event)
    if (event.type === 'part-end') this.#next()
  }

  #next(): void {
    this.#open = -1
    for (const [part, events] of this.#waiting) {
      this.#waiting.delete(part)
      this.#open = part
      for (const event of events) this.#emit(event)
      if (events.at(-1)?.type !== 'part-end') return
      this.#open = -1
    }
  }
}
