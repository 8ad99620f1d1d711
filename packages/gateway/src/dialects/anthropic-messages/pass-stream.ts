// Anthropic's event stream on its way to a client of the same dialect.
// Source: Anthropic, "Streaming messages".

import type { GatewayError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { scanObject } from '../../core/json-scan.ts'
import {
  eventName,
  JsonScanError,
  latin1Of,
  parseLatin1,
  PassEvents,
  readPayload,
  spliceModel,
  utf8Of,
} from '../pass-events.ts'
import { errorEvent } from './errors.ts'
import { UsageCounter } from './usage.ts'

export class AnthropicPass extends PassEvents {
  readonly #publicModelJson: string
  #counter = new UsageCounter()
  #started = false
  /** Blocks that are open, and the number of the next one, as the client counts them. */
  readonly #open = new Set<number>()
  #next = 0
  /** What another answer, spliced in, counts too low (H76). */
  #offset = 0

  constructor(publicModelJson: string) {
    super()
    this.#publicModelJson = publicModelJson
  }

  fail(error: GatewayError): string {
    return latin1Of(errorEvent(error))
  }

  protected lookAt(event: string): string {
    const name = eventName(event)
    switch (name) {
      case 'content_block_delta':
        this.sawOutput = true
        this.eventCount += 1
        return this.#offset === 0 ? event : this.#renumber(event).event
      case 'content_block_start': {
        // An empty text block is not output yet; a tool call or a thought is.
        if (!event.includes('"type":"text"')) this.sawOutput = true
        const { event: begun, index } = this.#renumber(event)
        this.#open.add(index)
        this.#next = Math.max(this.#next, index + 1)
        return begun
      }
      case 'content_block_stop': {
        const { event: ended, index } = this.#renumber(event)
        this.#open.delete(index)
        return ended
      }
      case 'message_stop':
        this.done = true
        return event
      case 'message_start':
        return this.#start(event)
      case 'message_delta': {
        this.sawOutput = true
        this.sawFinish = true
        this.#count(parseLatin1(readPayload(event) ?? ''))
        return event
      }
      case 'error':
        this.errorPayload = utf8Of(readPayload(event) ?? '')
        return ''
      case '':
        // Comments keep a connection alive; ours has its own.
        return readPayload(event) === null ? '' : event
      default:
        return event
    }
  }

  #start(event: string): string {
    const payload = readPayload(event)
    if (payload === null) return event
    const parsed = parseLatin1(payload)
    if (parsed === null) {
      this.broken = 'an event that is not JSON'
      return ''
    }
    if (this.#started) return this.#startAgain(parsed)
    this.#started = true
    if (isJsonObject(parsed)) this.#count(parsed['message'])
    try {
      const spliced = spliceModel(payload, ['message', 'model'], this.#publicModelJson)
      return spliced === payload ? event : `event: message_start\ndata: ${spliced}\n\n`
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      this.broken = 'an event that is not JSON'
      return ''
    }
  }

  /** A start that came twice says nothing new; behind content it is another answer, which takes over. */
  #startAgain(event: unknown): string {
    const closed = [...this.#open].map(
      (index) => `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`,
    )
    this.#open.clear()
    if (this.#next > 0) this.#counter = new UsageCounter()
    this.#offset = this.#next
    if (isJsonObject(event)) this.#count(event['message'])
    return closed.join('')
  }

  /** The same event with its block's number as the client counts. */
  #renumber(event: string): { readonly event: string; readonly index: number } {
    const payload = readPayload(event)
    const found = payload === null ? null : indexIn(payload)
    if (payload === null || found === null) return { event, index: this.#offset }
    const index = found.index + this.#offset
    if (this.#offset === 0) return { event, index }
    const moved = `${payload.slice(0, found.start)}${index}${payload.slice(found.end)}`
    return { event: `event: ${eventName(event)}\ndata: ${moved}\n\n`, index }
  }

  #count(holder: unknown): void {
    const usage = isJsonObject(holder) ? holder['usage'] : undefined
    if (!isJsonObject(usage)) return
    this.#counter.add(usage)
    this.usage = this.#counter.total()
  }
}

interface IndexSpan {
  readonly index: number
  readonly start: number
  readonly end: number
}

/** The top-level `index` of an event; null where there is none. */
function indexIn(payload: string): IndexSpan | null {
  let found: IndexSpan | null = null
  const take = (key: string, start: number, end: number): boolean => {
    if (key !== 'index') return false
    const index = Number(payload.slice(start, end))
    if (Number.isInteger(index)) found = { index, start, end }
    return true
  }
  try {
    scanObject(payload, 0, take, false)
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
  }
  return found
}
