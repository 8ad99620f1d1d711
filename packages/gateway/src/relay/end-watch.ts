// How an answer ended, as the picker wants to know it: whether its provider cut or filtered it, whether a call in it can be
// made, whether there is anything in it at all. Looks at an answer whole, or at its events; keeps no word of it longer than
// a call's arguments take to be read.
import type { Answer, AnswerEvent, AnswerPart, OpenedPart, StopReason } from '../core/answer.ts'
import type { Tool } from '../core/conversation.ts'
import { parseJson } from '../core/json.ts'
import type { BadEnd } from '../core/receipt.ts'

/** Longer arguments are not looked at. */
const MOST_ARGUMENTS = 64 * 1024

export class EndWatch {
  readonly #names: ReadonlySet<string>
  #reason: StopReason | null = null
  #hasOutput = false
  #badCall = false
  /** Of calls that are open, by choice and part: what they were given so far. */
  readonly #open = new Map<string, string>()

  /** @param tools that the request offers */
  constructor(tools: readonly Tool[]) {
    this.#names = new Set(tools.map(({ name }) => name))
  }

  whole({ choices }: Pick<Answer, 'choices'>): void {
    for (const { parts, finish } of choices) {
      for (const part of parts) {
        this.#begins(part)
        if (part.type === 'text') this.#says(part.text)
        if (part.type === 'tool-call' && part.kind === 'function') this.#takes(part.input)
      }
      this.#ends(finish.reason)
    }
  }

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'part-start':
        this.#begins(event.opened)
        if (event.opened.type === 'tool-call' && event.opened.kind === 'function') this.#open.set(keyOf(event), '')
        else if (event.opened.type === 'reasoning') this.#open.set(keyOf(event), THOUGHT)
        return
      case 'part-delta': {
        const given = this.#open.get(keyOf(event))
        if (given === undefined) this.#says(event.text)
        else if (given !== THOUGHT && given.length <= MOST_ARGUMENTS) this.#open.set(keyOf(event), given + event.text)
        return
      }
      case 'part-end': {
        const given = this.#open.get(keyOf(event))
        if (given !== undefined && given !== THOUGHT) this.#takes(given)
        this.#open.delete(keyOf(event))
        return
      }
      case 'finish':
        this.#ends(event.finish.reason)
        return
      default:
    }
  }

  get hasEnded(): boolean {
    return this.#reason !== null
  }

  /** @param isLimited the client allows for no longer answer than this one was */
  badEnd(isLimited: boolean): BadEnd | null {
    const reason = this.#reason
    // A stream that broke off says nothing about the model.
    if (reason === null) return null
    if (reason === 'content-filter' || reason === 'refusal') return 'filtered'
    if (reason === 'context-window' || (reason === 'length' && !isLimited)) return 'cut'
    // Arguments that the client's own limit has cut are no fault either.
    if (this.#badCall && reason !== 'length') return 'bad-call'
    return this.#hasOutput || reason === 'pause' ? null : 'empty'
  }

  #begins(part: AnswerPart | OpenedPart): void {
    if (part.type === 'text' || part.type === 'reasoning') return
    this.#hasOutput = true
    // A namespace may have been flattened into the name.
    if (part.type === 'tool-call' && part.namespace === undefined && !this.#names.has(part.name)) this.#badCall = true
  }

  #says(text: string): void {
    if (!this.#hasOutput && text.trim() !== '') this.#hasOutput = true
  }

  #takes(input: string): void {
    if (input === '' || input.length > MOST_ARGUMENTS) return
    try {
      parseJson(input)
    } catch {
      this.#badCall = true
    }
  }

  /** Of several answers to one prompt the worst end counts. */
  #ends(reason: StopReason): void {
    if (this.#reason === null || isWorse(reason)) this.#reason = reason
  }
}

/** No arguments look like this. */
const THOUGHT = '\u0000'

function isWorse(reason: StopReason): boolean {
  return reason !== 'stop' && reason !== 'stop-sequence' && reason !== 'tool-calls'
}

function keyOf({ choice, part }: { readonly choice: number; readonly part: number }): string {
  return `${choice}/${part}`
}
