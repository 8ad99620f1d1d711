// A reasoning item of a streamed answer: paragraphs of a summary, or one text. Neither begins before its first words:
// reasoning may be encrypted as a whole.

import type { OpenedPart } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { eventHead, type EventHead, type EventWriter } from './event-writer.ts'
import { encryptedContent, reasoningItem, type ItemStatus } from './output-items.ts'

export class StreamReasoning {
  readonly #id: string
  readonly #place: string
  readonly #opened: Extract<OpenedPart, { type: 'reasoning' }>
  readonly #writer: EventWriter
  readonly #paragraphs: string[] = []
  #head: EventHead
  /** Of the open paragraph. */
  #text = ''

  /** @param place of the item: its id and index, as members of an event */
  constructor(id: string, place: string, opened: Extract<OpenedPart, { type: 'reasoning' }>, writer: EventWriter) {
    this.#id = id
    this.#place = place
    this.#opened = opened
    this.#writer = writer
    this.#head = this.#newHead()
  }

  delta(text: string): void {
    if (this.#text === '') this.#begin()
    this.#text += text
    this.#writer.delta(this.#head, text, '')
  }

  section(): void {
    if (this.#opened.form !== 'summary') return
    if (this.#text === '') this.#begin()
    this.#end()
    this.#paragraphs.push(this.#text)
    this.#text = ''
    this.#head = this.#newHead()
  }

  /** The finished item. */
  close(status: ItemStatus, seal: Seal | undefined, context: ReplyContext): JsonObject {
    const { form, redacted } = this.#opened
    const text = this.#text
    if (text !== '') this.#end()
    return reasoningItem({
      id: this.#id,
      status,
      summary: form === 'summary' && text !== '' ? [...this.#paragraphs, text] : this.#paragraphs,
      text: form === 'full' ? text : '',
      encrypted: encryptedContent(seal, redacted, this.#id, context),
    })
  }

  #newHead(): EventHead {
    const type =
      this.#opened.form === 'summary' ? 'response.reasoning_summary_text.delta' : 'response.reasoning_text.delta'
    return eventHead(type, this.#where())
  }

  #where(): string {
    const index = this.#opened.form === 'summary' ? `"summary_index":${this.#paragraphs.length}` : '"content_index":0'
    return `${this.#place},${index}`
  }

  #begin(): void {
    const type =
      this.#opened.form === 'summary' ? 'response.reasoning_summary_part.added' : 'response.content_part.added'
    this.#writer.event(type, `${this.#where()},"part":${this.#part('')}`)
  }

  #end(): void {
    const [text, part] =
      this.#opened.form === 'summary'
        ? ['response.reasoning_summary_text.done', 'response.reasoning_summary_part.done']
        : ['response.reasoning_text.done', 'response.content_part.done']
    this.#writer.event(text, `${this.#where()},"text":${JSON.stringify(this.#text)}`)
    this.#writer.event(part, `${this.#where()},"part":${this.#part(this.#text)}`)
  }

  #part(text: string): string {
    return JSON.stringify({ type: this.#opened.form === 'summary' ? 'summary_text' : 'reasoning_text', text })
  }
}
