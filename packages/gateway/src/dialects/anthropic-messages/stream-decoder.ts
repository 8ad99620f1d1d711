// Anthropic's event stream into events. Servers that merely resemble Anthropic double the start, leave out the
// farewell or splice one answer into another: all of that is followed (H76).

import type { EmitEvent, Finish } from '../../core/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { arrayOf, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../core/json.ts'
import { SseReader } from '../../core/sse-reader.ts'
import { statusOfErrorEvent } from './errors.ts'
import { tierOfAnswer } from './service-tier.ts'
import { readFinish } from './stop-reasons.ts'
import { StreamBlocks } from './stream-blocks.ts'
import { UsageCounter } from './usage.ts'

export class MessagesStreamDecoder implements StreamDecoder {
  readonly #reader = new SseReader((event, data) => this.#onEvent(event, data))
  #emit: EmitEvent = () => undefined
  #broken: string | null = null
  #started = false
  #id = ''
  readonly #blocks = new StreamBlocks((event) => this.#emit(event))
  #usage = new UsageCounter()
  #finish: Finish | null = null
  #concluded = false
  #ended = false
  #failed = false

  push(chunk: Buffer, emit: EmitEvent): void {
    this.#emit = emit
    this.#reader.push(chunk)
  }

  end(emit: EmitEvent): void {
    this.#emit = emit
    this.#reader.end()
    if (this.#failed) return
    this.#blocks.stopAll()
    // A reason was given and only the farewell is missing: nothing was lost.
    if (this.#finish !== null) this.#conclude()
  }

  get finished(): boolean {
    return this.#concluded || this.#finish !== null
  }

  get ended(): boolean {
    return this.#ended
  }

  get broken(): string | null {
    return this.#broken ?? this.#reader.broken
  }

  /** /!\ Hot path: once per event. */
  #onEvent(name: string | undefined, data: string): void {
    if (this.#failed || this.#concluded || this.#broken !== null || data === '' || data === '[DONE]') return
    const event = this.#parse(name, data)
    if (event === null) return
    switch (event['type'] ?? name) {
      case 'content_block_delta':
        if (!this.#started) this.#start({})
        this.#blocks.add(indexOf(event), objectOf(event['delta']))
        break
      case 'content_block_start':
        if (!this.#started) this.#start({})
        this.#blocks.begin(indexOf(event), objectOf(event['content_block']) ?? {})
        break
      case 'content_block_stop':
        this.#blocks.stop(indexOf(event))
        break
      case 'message_start':
        this.#onStart(objectOf(event['message']) ?? {})
        break
      case 'message_delta':
        this.#onMessageDelta(event)
        break
      case 'message_stop':
        this.#ended = true
        this.#blocks.stopAll()
        this.#conclude()
        break
      case 'ping':
        this.#emit({ type: 'ping' })
        break
      case 'error':
        this.#fail(event, data)
        break
      default:
        // An event of a later day is skipped; a bare error is not one.
        if (objectOf(event['error']) !== undefined) this.#fail(event, data)
    }
  }

  #parse(name: string | undefined, data: string): JsonObject | null {
    try {
      // Deltas are strings and small whole numbers: nothing that would need its source text kept.
      const event: unknown = name === 'content_block_delta' ? JSON.parse(data) : parseJson(data)
      const found = objectOf(event)
      if (found !== undefined) return found
    } catch {
      // Said below.
    }
    this.#broken = 'an event is not a JSON object'
    return null
  }

  #fail(event: JsonObject, data: string): void {
    this.#blocks.stopAll()
    this.#failed = true
    this.#emit({ type: 'failure', body: data, status: statusOfErrorEvent(event) })
  }

  #onStart(message: JsonObject): void {
    const id = stringOf(message['id']) ?? ''
    const usage = objectOf(message['usage'])
    if (!this.#started) {
      this.#id = id
      this.#start(message)
    } else if (id !== this.#id || this.#blocks.any) {
      // Spliced in: another answer takes over, and counts its blocks from 0.
      this.#blocks.stopAll()
      this.#id = id
      this.#usage = new UsageCounter()
      this.#finish = null
    }
    if (usage !== undefined) this.#count(usage)
    for (const [index, block] of (arrayOf(message['content']) ?? []).entries()) {
      const found = objectOf(block)
      if (found !== undefined) this.#blocks.begin(index, found)
    }
  }

  #start(message: JsonObject): void {
    this.#started = true
    const model = stringOf(message['model']) ?? ''
    const tier = tierOfAnswer(objectOf(message['usage'])?.['service_tier'])
    this.#emit({ type: 'start', id: this.#id, model, createdAtSeconds: 0, ...tier })
  }

  #onMessageDelta(event: JsonObject): void {
    const delta = objectOf(event['delta'])
    if (delta !== undefined && (delta['stop_reason'] ?? null) !== null)
      this.#finish = readFinish(delta, this.#blocks.hasCalls)
    const usage = objectOf(event['usage'])
    if (usage !== undefined) this.#count(usage)
  }

  #count(usage: JsonObject): void {
    this.#usage.add(usage)
    this.#emit({ type: 'usage', usage: this.#usage.total() })
  }

  #conclude(): void {
    if (this.#concluded) return
    this.#concluded = true
    this.#emit({ type: 'finish', choice: 0, finish: this.#finish ?? readFinish({}, this.#blocks.hasCalls) })
  }
}

function indexOf(event: JsonObject): number {
  return numberOf(event['index']) ?? 0
}
