// Events of an upstream's stream as events of an answer.
//
// Items are known by their place in the output (`output_index`), never by their ids: some servers change those with each
// event (H87). What a server does not send piece by piece is taken from the event that says it whole: from the end of
// the part, of the item, or of the response.
//
// Source: `ResponseStreamEvent` of OpenAI's OpenAPI document; `response.reasoning.*` from Open Responses.

import type { EmitEvent } from '../../core/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { arrayOf, isJsonObject, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../core/json.ts'
import { SseReader } from '../../core/sse-reader.ts'
import { finishOf } from './decode-items.ts'
import { readEmbeddedError } from './errors.ts'
import { OpenItem, type PartNumbers } from './open-item.ts'
import { readServiceTier } from './response.ts'
import { usageOfReply } from './usage.ts'

export class ResponsesStreamDecoder implements StreamDecoder {
  finished = false
  ended = false
  readonly #reader: SseReader
  #broken: string | null = null
  #emit: EmitEvent = () => {}
  #started = false
  #failed = false
  readonly #items = new Map<number, OpenItem>()
  readonly #numbers: PartNumbers = { next: 0, called: false, refused: false }
  #lastIndex = -1

  constructor() {
    this.#reader = new SseReader((_event, data) => this.#data(data))
  }

  get broken(): string | null {
    return this.#broken ?? this.#reader.broken
  }

  push(chunk: Buffer, emit: EmitEvent): void {
    this.#emit = emit
    this.#reader.push(chunk)
  }

  end(emit: EmitEvent): void {
    this.#emit = emit
    this.#reader.end()
    this.#closeAll()
  }

  #data(data: string): void {
    if (data === '[DONE]') this.ended = true
    if (this.finished || this.ended || this.#failed || this.#broken !== null) return
    let event: unknown
    try {
      event = parseJson(data)
    } catch {
      this.#broken = 'an event is not JSON'
      return
    }
    if (!isJsonObject(event)) this.#broken = 'an event is not a JSON object'
    else this.#event(stringOf(event['type']) ?? '', event)
  }

  #event(type: string, event: JsonObject): void {
    switch (type) {
      case 'response.output_text.delta':
        this.#item(event).text(event, 'text', this.#emit)
        return
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#item(event).input(event, this.#emit)
        return
      case 'response.reasoning_summary_text.delta':
        this.#item(event).summary(event, this.#emit)
        return
      case 'response.reasoning_text.delta':
      case 'response.reasoning.delta':
        this.#item(event).thought(event, this.#emit)
        return
      case 'response.refusal.delta':
        this.#item(event).text(event, 'refusal', this.#emit)
        return
      default:
        this.#rarer(type, event)
    }
  }

  #rarer(type: string, event: JsonObject): void {
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(objectOf(event['response']))
        return
      case 'response.output_item.added':
        this.#item(event).added(objectOf(event['item']) ?? {}, this.#emit)
        return
      case 'response.output_item.done':
        this.#item(event).done(objectOf(event['item']) ?? {}, this.#emit)
        return
      case 'response.content_part.added':
        this.#item(event).partAdded(event, this.#emit)
        return
      case 'response.content_part.done':
        this.#item(event).partDone(event, this.#emit)
        return
      case 'response.output_text.done':
        this.#item(event).wholeText(event, 'text', stringOf(event['text']), this.#emit)
        return
      case 'response.refusal.done':
        this.#item(event).wholeText(event, 'refusal', stringOf(event['refusal']), this.#emit)
        return
      case 'response.output_text.annotation.added':
        this.#item(event).annotation(event, this.#emit)
        return
      case 'response.function_call_arguments.done':
        this.#item(event).wholeInput(stringOf(event['arguments']), this.#emit)
        return
      case 'response.custom_tool_call_input.done':
        this.#item(event).wholeInput(stringOf(event['input']), this.#emit)
        return
      case 'response.reasoning_summary_part.added':
        this.#item(event).section(event, this.#emit)
        return
      case 'response.reasoning_summary_text.done':
        this.#item(event).wholeSummary(event, this.#emit)
        return
      case 'response.reasoning_text.done':
      case 'response.reasoning.done':
        this.#item(event).wholeThought(event, this.#emit)
        return
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(objectOf(event['response']) ?? {})
        return
      case 'response.failed':
        this.#fail(objectOf(objectOf(event['response'])?.['error']))
        return
      case 'error':
        this.#fail(event)
        return
      default:
        // Progress of a tool that runs there, and whatever is added to the API one day.
        this.#start(undefined)
        this.#emit({ type: 'ping' })
    }
  }

  #start(response: JsonObject | undefined): void {
    if (this.#started) return
    this.#started = true
    const serviceTier = response === undefined ? undefined : readServiceTier(response)
    this.#emit({
      type: 'start',
      id: stringOf(response?.['id']) ?? '',
      model: stringOf(response?.['model']) ?? '',
      createdAtSeconds: Math.floor(numberOf(response?.['created_at']) ?? 0),
      ...(serviceTier === undefined ? {} : { serviceTier }),
    })
  }

  /** By its place; the last one where the server does not say. */
  #item(event: JsonObject): OpenItem {
    if (!this.#started) this.#start(undefined)
    const index = numberOf(event['output_index']) ?? this.#lastIndex
    this.#lastIndex = index
    let item = this.#items.get(index)
    if (item === undefined) {
      item = new OpenItem(this.#numbers)
      this.#items.set(index, item)
    }
    return item
  }

  #finish(response: JsonObject): void {
    this.#start(response)
    this.finished = true
    if (this.#items.size === 0) {
      for (const item of (arrayOf(response['output']) ?? []).filter(isJsonObject)) {
        new OpenItem(this.#numbers).done(item, this.#emit)
      }
    }
    this.#closeAll()
    const { called, refused } = this.#numbers
    this.#emit({ type: 'finish', choice: 0, finish: finishOf(response, called, refused) })
    const usage = usageOfReply(response)
    if (usage !== null) this.#emit({ type: 'usage', usage })
  }

  #fail(error: JsonObject | undefined): void {
    this.#failed = true
    this.#start(undefined)
    this.#closeAll()
    this.#emit({ type: 'failure', ...readEmbeddedError(error) })
  }

  #closeAll(): void {
    for (const item of this.#items.values()) item.close(this.#emit)
  }
}
