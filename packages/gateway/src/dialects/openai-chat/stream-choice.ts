// One of the answers of a stream: which parts are open, and what a delta adds to them.
//
// Text and thinking follow each other: what begins closes what was. Calls stay open beside them until they are complete.

import type { EmitEvent, Finish, OpenedPart } from '../../core/answer.ts'
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { base64Source, sourceFromUrl } from '../../core/media.ts'
import { imageUrlsOf, thoughtSignatureOf } from './decode-messages.ts'
import { annotationsOf, logprobsOf, readContent } from './decode-response.ts'
import { finishOf, givenReason } from './finish-reasons.ts'
import { detailsOf, DetailsUnderWay, reasoningTextOf, textOfDetails } from './reasoning-details.ts'
import { ToolCallsUnderWay } from './stream-tool-calls.ts'
import { CHAT } from './wire.ts'

const TEXT: OpenedPart = Object.freeze({ type: 'text' })
const REFUSAL: OpenedPart = Object.freeze({ type: 'refusal' })
const REASONING: OpenedPart = Object.freeze({ type: 'reasoning', form: 'full', redacted: false })

export class ChoiceUnderWay {
  readonly index: number
  /** The reason was given. */
  ended = false
  finished = false
  #emit: EmitEvent
  #nextPart = 0
  #openType: 'text' | 'reasoning' | 'refusal' | null = null
  #openPart = -1
  #word: string | null = null
  #stopReason: JsonValue | undefined
  #refused = false
  #details = new DetailsUnderWay()
  #thoughtInWords = false
  #signature: string | null = null
  #wrote = false
  #audio = ''
  readonly #calls: ToolCallsUnderWay

  constructor(index: number, emit: EmitEvent) {
    this.index = index
    this.#emit = emit
    this.#calls = new ToolCallsUnderWay({
      open: ({ id, name, kind }) => {
        this.#closeOpen()
        return this.#start({ type: 'tool-call', id, name, kind })
      },
      delta: (part, text) => this.#emit({ type: 'part-delta', choice: index, part, text }),
      seal: (part, data) => this.#emit({ type: 'seal', choice: index, part, seal: { dialect: CHAT, data } }),
      close: (part) => this.#emit({ type: 'part-end', choice: index, part }),
    })
  }

  /** The text part that is open; -1 = none. */
  get openText(): number {
    return this.#openType === 'text' && !this.ended ? this.#openPart : -1
  }

  /** The thinking that is open; -1 = none. */
  get openReasoning(): number {
    return this.#openType === 'reasoning' && !this.ended ? this.#openPart : -1
  }

  push(choice: JsonObject, emit: EmitEvent): void {
    this.#emit = emit
    if (this.finished) return
    // Azure's filter sends choices without a delta (H10).
    const delta = objectOf(choice['delta'])
    if (delta !== undefined) this.#addDelta(delta, logprobsOf(choice))
    if (choice['stop_reason'] !== undefined) this.#stopReason = choice['stop_reason']
    const word = givenReason(choice)
    if (word === null) return
    this.#word ??= word
    this.ended = true
  }

  #addDelta(delta: JsonObject, logprobs: readonly JsonValue[] | undefined): void {
    this.#addReasoning(delta)
    const { content } = delta
    if (typeof content === 'string') {
      if (content !== '') this.#wrote = true
      this.#addText(content, logprobs)
    } else if (content !== undefined && content !== null) {
      const { text, thinking } = readContent(content)
      if (thinking !== '') this.#think(thinking)
      this.#addText(text, logprobs)
    } else if (logprobs !== undefined && this.#openType === 'text') this.#addText('', logprobs)
    const refusal = stringOf(delta['refusal'])
    if (refusal !== undefined && refusal !== '') {
      this.#refused = true
      this.#say('refusal', REFUSAL, refusal)
    }
    const signature = thoughtSignatureOf(delta)
    if (signature !== null) {
      this.#ensure('text', TEXT)
      this.#signature = signature
    }
    for (const annotation of annotationsOf(delta)) {
      const part = this.#ensure('text', TEXT)
      this.#emit({ type: 'annotation', choice: this.index, part, annotation })
    }
    this.#addMedia(delta)
    for (const call of arrayOf(delta['tool_calls']) ?? []) {
      const piece = objectOf(call)
      if (piece !== undefined) this.#calls.push(piece)
    }
    const legacy = objectOf(delta['function_call'])
    if (legacy !== undefined) this.#calls.push({ index: -1, function: legacy })
  }

  #addText(text: string, logprobs: readonly JsonValue[] | undefined): void {
    if (text === '' && (logprobs === undefined || this.#openType !== 'text')) return
    const part = this.#ensure('text', TEXT)
    if (logprobs === undefined) this.#emit({ type: 'part-delta', choice: this.index, part, text })
    else this.#emit({ type: 'part-delta', choice: this.index, part, text, logprobs })
  }

  #addReasoning(delta: JsonObject): void {
    const words = reasoningTextOf(delta)
    if (words !== '') {
      this.#thoughtInWords = true
      this.#think(words)
    }
    const details = detailsOf(delta)
    if (details.length === 0) return
    // The same words stand in both fields, or in this one alone.
    const text = this.#thoughtInWords ? '' : textOfDetails(details)
    this.#ensure('reasoning', REASONING)
    this.#details.push(details)
    if (text !== '') this.#think(text)
  }

  #think(text: string): void {
    this.#say('reasoning', REASONING, text)
  }

  #addMedia(delta: JsonObject): void {
    for (const url of imageUrlsOf(delta)) this.#addWhole({ type: 'media', source: sourceFromUrl(url) })
    const audio = objectOf(delta['audio'])
    if (audio === undefined) return
    this.#audio += stringOf(audio['data']) ?? ''
    // Spoken answers have no other text.
    const transcript = stringOf(audio['transcript'])
    if (transcript !== undefined && !this.#wrote) this.#addText(transcript, undefined)
  }

  #addWhole(opened: OpenedPart): void {
    this.#closeOpen()
    this.#emit({ type: 'part-end', choice: this.index, part: this.#start(opened) })
  }

  #say(type: 'reasoning' | 'refusal', opened: OpenedPart, text: string): void {
    const part = this.#ensure(type, opened)
    this.#emit({ type: 'part-delta', choice: this.index, part, text })
  }

  #ensure(type: 'text' | 'reasoning' | 'refusal', opened: OpenedPart): number {
    if (this.#openType === type) return this.#openPart
    this.#closeOpen()
    this.#openPart = this.#start(opened)
    this.#openType = type
    return this.#openPart
  }

  #start(opened: OpenedPart): number {
    const part = this.#nextPart
    this.#nextPart += 1
    this.#emit({ type: 'part-start', choice: this.index, part, opened })
    return part
  }

  #closeOpen(): void {
    if (this.#openType === null) return
    const place = { choice: this.index, part: this.#openPart }
    if (this.#openType === 'reasoning') {
      this.#emit({ type: 'seal', ...place, seal: this.#details.seal() })
      this.#details = new DetailsUnderWay()
      this.#thoughtInWords = false
    } else if (this.#openType === 'text' && this.#signature !== null) {
      this.#emit({ type: 'seal', ...place, seal: { dialect: CHAT, data: this.#signature } })
      this.#signature = null
    }
    this.#openType = null
    this.#emit({ type: 'part-end', ...place })
  }

  /** Closes all that is open, also in the middle. */
  close(emit: EmitEvent): void {
    this.#emit = emit
    this.#closeOpen()
    if (this.#audio !== '') this.#addWhole({ type: 'media', source: base64Source('audio/wav', this.#audio) })
    this.#audio = ''
    this.#calls.close()
  }

  /** The last of this answer. */
  finish(emit: EmitEvent): void {
    if (this.finished) return
    this.close(emit)
    this.finished = true
    this.#emit({ type: 'finish', choice: this.index, finish: this.#finish() })
  }

  #finish(): Finish {
    return finishOf(this.#word, { calls: this.#calls.any, refusal: this.#refused }, this.#stopReason)
  }
}

/** The index of a choice; anything that cannot be one is its place in the array. */
export function choiceIndexOf(choice: JsonObject, place: number): number {
  const index = numberOf(choice['index'])
  return index !== undefined && Number.isInteger(index) && index >= 0 && index < MAX_CHOICES ? index : place
}

/** OpenAI's bound of `n`. */
const MAX_CHOICES = 128
