// Going on with an answer whose upstream died in the middle of it, on another one: the new upstream is given what was
// said so far, and the client sees one answer without a seam.
//
// That is honest for words only. A tool call that has begun, a refusal, or thoughts that one provider signed cannot be
// continued by anybody else; then the client is told, as without this.

import type { AnswerEvent, EmitEvent, PartStartEvent } from '../core/answer.ts'
import type { Conversation, Turn } from '../core/conversation.ts'
import type { StreamEncoder } from '../core/dialect.ts'
import { addUsage, type TokenUsage } from '../core/token-usage.ts'

/** A model that was asked to go on may begin by repeating the end of what it was given. */
const MAX_OVERLAP = 200
const GO_ON =
  'Your answer was cut off. Go on with it exactly where it ended: do not repeat anything, do not comment on this, and do not begin anew.'

export class Continuation {
  /** The client's own: it lives as long as the answer, over all attempts. */
  readonly encoder: StreamEncoder
  #said = ''
  #possible = true
  /** Parts of the current attempt, and which part of the client's answer each belongs to; null = none. */
  readonly #places = new Map<number, number | null>()
  #lastPart = -1
  #attempts = 0
  /** The text part that is open towards the client; -1 = none. */
  #openText = -1
  /** Text of the new attempt that may be a repetition; null = that is decided. */
  #doubtful: string | null = null
  #usageBefore: TokenUsage | null = null

  constructor(encoder: StreamEncoder) {
    this.encoder = encoder
  }

  /** Something was said, and only what anybody could go on with. */
  get canGoOn(): boolean {
    return this.#possible && this.#said !== ''
  }

  /** A new attempt begins. */
  begin(): void {
    this.#attempts += 1
    if (this.#attempts === 1) return
    this.#places.clear()
    this.#doubtful = ''
  }

  /** @param usage of all attempts so far, counted or estimated */
  brokeOff(usage: TokenUsage): void {
    this.#usageBefore = usage
    this.#doubtful = null
  }

  /** Of all attempts together. */
  usage(current: TokenUsage): TokenUsage {
    return this.#usageBefore === null ? current : addUsage(this.#usageBefore, current)
  }

  /** What the next upstream is asked: the same, and what was said so far. */
  ask(conversation: Conversation, prefill: boolean): Conversation {
    if (this.#said === '') return conversation
    const at = 'the answer so far'
    const said: Turn = { role: 'assistant', parts: [{ type: 'text', at, text: this.#said.trimEnd() }] }
    const turns: Turn[] = [...conversation.turns, said]
    if (!prefill) turns.push({ role: 'user', parts: [{ type: 'text', at, text: GO_ON }] })
    return { ...conversation, turns }
  }

  /** Follows the events of the current attempt; passes on what the client has not seen. */
  take(event: AnswerEvent, emit: EmitEvent): void {
    if (this.#attempts <= 1) {
      this.#watch(event)
      emit(event)
      return
    }
    switch (event.type) {
      case 'start':
        return
      case 'part-start':
        this.#startPart(event, emit)
        return
      case 'usage':
        emit({ type: 'usage', usage: this.usage(event.usage) })
        return
      case 'finish':
        this.#flush(emit)
        this.#closeText(emit)
        break
      default:
        if ('part' in event) {
          this.#continuePart(event, emit)
          return
        }
    }
    this.#watch(event)
    emit(event)
  }

  #startPart(event: PartStartEvent, emit: EmitEvent): void {
    const { opened } = event
    // Thoughts about how to go on are nobody's business.
    if (opened.type === 'reasoning') {
      this.#places.set(event.part, null)
    } else if (opened.type === 'text' && this.#openText !== -1) {
      this.#places.set(event.part, this.#openText)
    } else {
      this.#flush(emit)
      this.#closeText(emit)
      const moved = { ...event, part: this.#lastPart + 1 }
      this.#places.set(event.part, moved.part)
      this.#watch(moved)
      emit(moved)
    }
  }

  #continuePart(event: Exclude<Extract<AnswerEvent, { part: number }>, PartStartEvent>, emit: EmitEvent): void {
    const place = this.#places.get(event.part) ?? null
    if (place === null) return
    if (place !== this.#openText) {
      const moved = { ...event, part: place }
      this.#watch(moved)
      emit(moved)
    } else if (event.type === 'part-delta') {
      this.#addText(event.text, emit)
    } else if (event.type === 'part-end') {
      this.#flush(emit)
      this.#closeText(emit)
    }
  }

  #watch(event: AnswerEvent): void {
    if ('choice' in event && event.choice > 0) this.#possible = false
    if ('part' in event) this.#lastPart = Math.max(this.#lastPart, event.part)
    switch (event.type) {
      case 'part-start':
        if (event.opened.type === 'text') this.#openText = event.part
        else if (event.opened.type !== 'reasoning') this.#possible = false
        break
      case 'part-delta':
        if (event.part === this.#openText) this.#said += event.text
        break
      case 'part-end':
        // Decoders close what is open when an upstream breaks off; the client is only told when the answer is over.
        if (event.part === this.#openText) this.#openText = -1
        break
      case 'finish':
      case 'seal':
      case 'annotation':
        this.#possible = false
        break
      default:
    }
  }

  #addText(text: string, emit: EmitEvent): void {
    if (this.#doubtful === null) {
      this.#say(text, emit)
      return
    }
    this.#doubtful += text
    if (this.#doubtful.length >= MAX_OVERLAP || !mayBeRepetition(this.#said, this.#doubtful)) this.#flush(emit)
  }

  #flush(emit: EmitEvent): void {
    const text = this.#doubtful
    this.#doubtful = null
    if (text !== null && text !== '' && this.#openText !== -1) this.#say(text.slice(overlap(this.#said, text)), emit)
  }

  #say(text: string, emit: EmitEvent): void {
    if (text === '') return
    this.#said += text
    emit({ type: 'part-delta', choice: 0, part: this.#openText, text })
  }

  #closeText(emit: EmitEvent): void {
    if (this.#openText === -1) return
    emit({ type: 'part-end', choice: 0, part: this.#openText })
    this.#openText = -1
  }
}

/** How much of the beginning of `text` repeats the end of `said`: at least a few words, else it is chance. */
function overlap(said: string, text: string): number {
  const longest = Math.min(said.length, text.length, MAX_OVERLAP)
  for (let length = longest; length >= MIN_OVERLAP; length -= 1) if (said.endsWith(text.slice(0, length))) return length
  return 0
}

const MIN_OVERLAP = 12

/** Whether more text could still make the beginning a repetition. */
function mayBeRepetition(said: string, text: string): boolean {
  return said.slice(-MAX_OVERLAP).includes(text)
}
