// One item of an upstream's stream while it comes in: which parts of it have begun, and how much of each was said.

import type { AnswerPart, EmitEvent, OpenedPart } from '../../core/answer.ts'
import {
  arrayOf,
  isJsonObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { callOf, decodeAnnotation, decodeItem, inputOf, reasoningSeal } from './decode-items.ts'

const MAX_SECTIONS = 1_000

/** Shared by all items of a stream. */
export interface PartNumbers {
  next: number
  called: boolean
  refused: boolean
}

interface OpenPart {
  readonly number: number
  readonly type: OpenedPart['type']
  /** What was said of it, to be measured against what is said whole. */
  said: string
  annotations: number
  closed: boolean
}

export class OpenItem {
  readonly #numbers: PartNumbers
  /** Parts of a message by their `content_index`; the only part of any other item stands at 0. */
  readonly #parts = new Map<number, OpenPart>()
  #type = ''
  #custom = false
  #form: 'full' | 'summary' | null = null
  /** `summary_index` of the open paragraph. */
  #paragraph = 0
  #done = false

  constructor(numbers: PartNumbers) {
    this.#numbers = numbers
  }

  added(item: JsonObject, emit: EmitEvent): void {
    if (this.#type !== '' || this.#done) return
    this.#type = stringOf(item['type']) ?? ''
    if (this.#type === 'function_call' || this.#type === 'custom_tool_call') this.#openCall(item, emit)
  }

  /** The item is complete; what was not said of it yet is said now. */
  done(item: JsonObject, emit: EmitEvent): void {
    if (this.#done) return
    this.#done = true
    const type = stringOf(item['type']) ?? this.#type
    if (type === 'message') this.#messageDone(item, emit)
    else if (type === 'reasoning') this.#reasoningDone(item, emit)
    else if (type === 'function_call' || type === 'custom_tool_call') {
      if (!this.#parts.has(0)) this.#openCall(item, emit)
      this.#say(this.#parts.get(0), inputOf(item, this.#custom), emit)
    } else if (type !== '') {
      // Items of tools that run at the provider come whole.
      for (const part of decodeItem(item)) this.#whole(part, emit)
    }
    this.close(emit)
  }

  close(emit: EmitEvent): void {
    for (const part of this.#parts.values()) this.#end(part, emit)
  }

  // --- messages ---

  text(event: JsonObject, type: 'text' | 'refusal', emit: EmitEvent): void {
    const text = stringOf(event['delta']) ?? ''
    const part = this.#content(contentIndex(event), type, emit)
    if (part.closed || text === '') return
    part.said += text
    const logprobs = arrayOf(event['logprobs'])
    if (logprobs === undefined || logprobs.length === 0) {
      emit({ type: 'part-delta', choice: 0, part: part.number, text })
    } else {
      emit({ type: 'part-delta', choice: 0, part: part.number, text, logprobs })
    }
  }

  wholeText(event: JsonObject, type: 'text' | 'refusal', text: string | undefined, emit: EmitEvent): void {
    const part = this.#content(contentIndex(event), type, emit)
    this.#say(part, text ?? '', emit, arrayOf(event['logprobs']))
  }

  partAdded(event: JsonObject, emit: EmitEvent): void {
    const type = objectOf(event['part'])?.['type']
    if (type === 'output_text') this.#content(contentIndex(event), 'text', emit)
    else if (type === 'refusal') this.#content(contentIndex(event), 'refusal', emit)
    else if (type === 'reasoning_text') this.#think('full', emit)
  }

  partDone(event: JsonObject, emit: EmitEvent): void {
    const content = objectOf(event['part'])
    if (content === undefined) return
    const index = contentIndex(event)
    if (content['type'] === 'reasoning_text') this.#sayThought(stringOf(content['text']), index, emit)
    else this.#contentDone(index, content, emit)
  }

  annotation(event: JsonObject, emit: EmitEvent): void {
    const annotation = objectOf(event['annotation'])
    if (annotation === undefined) return
    const part = this.#content(contentIndex(event), 'text', emit)
    if (part.closed) return
    part.annotations += 1
    emit({ type: 'annotation', choice: 0, part: part.number, annotation: decodeAnnotation(annotation) })
  }

  #content(index: number, type: 'text' | 'refusal', emit: EmitEvent): OpenPart {
    const known = this.#parts.get(index)
    if (known !== undefined) return known
    if (type === 'refusal') this.#numbers.refused = true
    return this.#open(index, { type }, emit)
  }

  #contentDone(index: number, content: JsonObject, emit: EmitEvent): void {
    const refusal = content['type'] === 'refusal'
    const text = stringOf(content['text'])
    if (!refusal && text === undefined) return
    const part = this.#content(index, refusal ? 'refusal' : 'text', emit)
    if (part.closed) return
    this.#say(
      part,
      (refusal ? stringOf(content['refusal']) : undefined) ?? text ?? '',
      emit,
      arrayOf(content['logprobs']),
    )
    for (const annotation of (arrayOf(content['annotations']) ?? []).slice(part.annotations)) {
      if (isJsonObject(annotation)) {
        emit({ type: 'annotation', choice: 0, part: part.number, annotation: decodeAnnotation(annotation) })
      }
    }
    this.#end(part, emit)
  }

  #messageDone(item: JsonObject, emit: EmitEvent): void {
    for (const [index, content] of (arrayOf(item['content']) ?? []).entries()) {
      if (isJsonObject(content)) this.#contentDone(index, content, emit)
    }
  }

  // --- calls ---

  input(event: JsonObject, emit: EmitEvent): void {
    const part = this.#parts.get(0)
    const text = stringOf(event['delta']) ?? ''
    // Without its beginning nobody knows whose input it is: the item's end will tell.
    if (part?.type !== 'tool-call' || part.closed || text === '') return
    part.said += text
    emit({ type: 'part-delta', choice: 0, part: part.number, text })
  }

  wholeInput(text: string | undefined, emit: EmitEvent): void {
    this.#say(this.#parts.get(0), text ?? '', emit)
  }

  #openCall(item: JsonObject, emit: EmitEvent): void {
    this.#numbers.called = true
    this.#custom = item['type'] === 'custom_tool_call'
    this.#open(0, { type: 'tool-call', ...callOf(item, this.#custom) }, emit)
  }

  // --- reasoning ---

  /** A paragraph of the summary begins. */
  section(event: JsonObject, emit: EmitEvent): void {
    const part = this.#think('summary', emit)
    const index = numberOf(event['summary_index']) ?? this.#paragraph
    // A server may count wildly; nobody writes that many paragraphs.
    if (this.#form !== 'summary' || part.closed || index - this.#paragraph > MAX_SECTIONS) return
    while (this.#paragraph < index) {
      this.#paragraph += 1
      part.said = ''
      emit({ type: 'section', choice: 0, part: part.number })
    }
  }

  summary(event: JsonObject, emit: EmitEvent): void {
    this.section(event, emit)
    if (this.#form === 'summary') this.#add(stringOf(event['delta']), emit)
  }

  wholeSummary(event: JsonObject, emit: EmitEvent): void {
    this.section(event, emit)
    if (this.#form === 'summary') this.#say(this.#parts.get(0), stringOf(event['text']) ?? '', emit)
  }

  thought(event: JsonObject, emit: EmitEvent): void {
    this.#think('full', emit)
    if (this.#form === 'full') this.#add(stringOf(event['delta']), emit)
  }

  wholeThought(event: JsonObject, emit: EmitEvent): void {
    this.#sayThought(stringOf(event['text']), contentIndex(event), emit)
  }

  #sayThought(text: string | undefined, index: number, emit: EmitEvent): void {
    const part = this.#think('full', emit)
    // Texts of several parts run on; only the first can be measured against its end.
    if (this.#form === 'full' && index === 0) this.#say(part, text ?? '', emit)
  }

  /** Where an item has both, the form that came first is kept. */
  #think(form: 'full' | 'summary', emit: EmitEvent): OpenPart {
    const known = this.#parts.get(0)
    if (known !== undefined) return known
    this.#form = form
    return this.#open(0, { type: 'reasoning', form, redacted: false }, emit)
  }

  #add(text: string | undefined, emit: EmitEvent): void {
    const part = this.#parts.get(0)
    if (part === undefined || part.closed || text === undefined || text === '') return
    part.said += text
    emit({ type: 'part-delta', choice: 0, part: part.number, text })
  }

  #reasoningDone(item: JsonObject, emit: EmitEvent): void {
    if (!this.#parts.has(0)) {
      for (const part of decodeItem(item)) this.#whole(part, emit)
      return
    }
    const part = this.#parts.get(0)
    const seal = reasoningSeal(item)
    if (part !== undefined && !part.closed && seal !== undefined) {
      emit({ type: 'seal', choice: 0, part: part.number, seal })
    }
  }

  // --- any part ---

  #open(index: number, opened: OpenedPart, emit: EmitEvent): OpenPart {
    const part: OpenPart = { number: this.#numbers.next, type: opened.type, said: '', annotations: 0, closed: false }
    this.#numbers.next += 1
    // A server that says one place twice: what stood there is over.
    const before = this.#parts.get(index)
    if (before !== undefined) this.#end(before, emit)
    this.#parts.set(index, part)
    emit({ type: 'part-start', choice: 0, part: part.number, opened })
    return part
  }

  /** Says what is missing of a text that is known whole. */
  #say(part: OpenPart | undefined, text: string, emit: EmitEvent, logprobs?: readonly JsonValue[]): void {
    if (part === undefined || part.closed || text.length <= part.said.length || !text.startsWith(part.said)) return
    const missing = text.slice(part.said.length)
    const first = part.said === ''
    part.said = text
    const exact = first && logprobs !== undefined && logprobs.length > 0 ? { logprobs } : {}
    emit({ type: 'part-delta', choice: 0, part: part.number, text: missing, ...exact })
  }

  #end(part: OpenPart, emit: EmitEvent): void {
    if (part.closed) return
    part.closed = true
    emit({ type: 'part-end', choice: 0, part: part.number })
  }

  #whole(content: AnswerPart, emit: EmitEvent): void {
    if (content.type === 'foreign') {
      this.#open(0, content, emit)
    } else if (content.type === 'reasoning') {
      const paragraphs = content.text === '' ? content.summary : [content.text]
      const form = content.text === '' && content.summary.length > 0 ? 'summary' : 'full'
      const part = this.#open(0, { type: 'reasoning', form, redacted: false }, emit)
      for (const [index, text] of paragraphs.entries()) {
        if (index > 0) emit({ type: 'section', choice: 0, part: part.number })
        if (text !== '') emit({ type: 'part-delta', choice: 0, part: part.number, text })
      }
      if (content.seal !== undefined) emit({ type: 'seal', choice: 0, part: part.number, seal: content.seal })
    }
  }
}

function contentIndex(event: JsonObject): number {
  return numberOf(event['content_index']) ?? 0
}
