// Puts an item in front of an answer that somebody else makes: into its JSON, and into its events, whose numbers and places
// move on. Only calls that were compacted pay for this.

import { arrayOf, numberOf, objectOf, parseJsonObject, stringOf, type JsonObject } from '../../core/json.ts'
import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'

/** Events that come before the first item. */
const OPENING: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress'])
const CONTENT_TYPE = 'content-type'

export class PrependItemSink implements ReplySink {
  readonly #inner: ReplySink
  readonly #item: JsonObject
  #isStream = false
  /** What has come of an event that is not whole yet. */
  #rest = ''
  #sequence = 0
  #inserted = false

  constructor(inner: ReplySink, item: JsonObject) {
    this.#inner = inner
    this.#item = item
  }

  get closed(): boolean {
    return this.#inner.closed
  }

  get headersSent(): boolean {
    return this.#inner.headersSent
  }

  get listener(): ReplyListener | null {
    return this.#inner.listener
  }

  set listener(listener: ReplyListener | null) {
    this.#inner.listener = listener
  }

  head(status: number, headers: string[]): void {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === CONTENT_TYPE)
    this.#isStream = at !== -1 && (headers[at + 1] ?? '').startsWith('text/event-stream')
    this.#inner.head(status, headers)
  }

  write(chunk: Buffer | string): boolean {
    if (!this.#isStream) return this.#inner.write(chunk)
    const moved = this.#take(chunk)
    return moved === '' || this.#inner.write(Buffer.from(moved))
  }

  finish(last: Buffer | string): void {
    const moved = this.#isStream ? Buffer.from(this.#take(last)) : last
    if (this.#inner.finish !== undefined) {
      this.#inner.finish(moved)
      return
    }
    this.#inner.write(moved)
    this.#inner.end()
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    const response = status === 200 ? parseJsonObject(utf8Of(body)) : null
    if (response === null || arrayOf(response['output']) === undefined) this.#inner.reply(status, headers, body)
    else this.#inner.reply(status, headers, Buffer.from(JSON.stringify(this.#withItem(response))))
  }

  end(): void {
    if (this.#rest !== '') this.#inner.write(this.#rest)
    this.#rest = ''
    this.#inner.end()
  }

  cut(): void {
    this.#inner.cut()
  }

  /** @returns UTF-8 */
  #take(chunk: Buffer | string): string {
    const text = this.#rest + (typeof chunk === 'string' ? chunk : chunk.toString('latin1'))
    const end = text.lastIndexOf('\n\n')
    this.#rest = end === -1 ? text : text.slice(end + 2)
    if (end === -1) return ''
    const events = text.slice(0, end).split('\n\n')
    return events.map((event) => this.#event(event)).join('')
  }

  /** @param block one event or comment, one character a byte @returns UTF-8, with the empty line behind it */
  #event(block: string): string {
    const data = /^data: ?(\{.*)$/m.exec(block)?.[1]
    const event = data === undefined ? null : parseJsonObject(utf8Of(data))
    if (event === null) return `${utf8Of(block)}\n\n`
    const type = stringOf(event['type']) ?? ''
    const before = this.#inserted || OPENING.has(type) ? '' : this.#insert()
    return before + this.#write(this.#moved(type, event))
  }

  /** What was at 0 is at 1 now. */
  #moved(type: string, event: JsonObject): JsonObject {
    const index = numberOf(event['output_index'])
    const moved = index === undefined ? event : { ...event, output_index: index + 1 }
    const response = objectOf(moved['response'])
    if (response === undefined || OPENING.has(type)) return moved
    return { ...moved, response: this.#withItem(response) }
  }

  #insert(): string {
    this.#inserted = true
    const members = { output_index: 0, item: this.#item }
    return (
      this.#write({ type: 'response.output_item.added', ...members }) +
      this.#write({ type: 'response.output_item.done', ...members })
    )
  }

  #write(event: JsonObject): string {
    const { type, sequence_number: _, ...members } = event
    const numbered = { type, sequence_number: this.#sequence, ...members }
    this.#sequence += 1
    return `event: ${stringOf(type) ?? 'message'}\ndata: ${JSON.stringify(numbered)}\n\n`
  }

  #withItem(response: JsonObject): JsonObject {
    const output = arrayOf(response['output']) ?? []
    return { ...response, output: [this.#item, ...output] }
  }
}

function utf8Of(text: Buffer | string): string {
  return typeof text === 'string' ? Buffer.from(text, 'latin1').toString('utf8') : text.toString('utf8')
}
