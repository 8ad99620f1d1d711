// An event stream on its way to a client of the same dialect: whole events leave as they came, but for the model's name;
// what they say about usage, output, the end and errors is read on the way.
//
//   upstream bytes -> whole events -> [ look | put the public model id in ] -> client
//
// Only whole events leave, so that whatever goes wrong later can be said in an event of its own. Text is latin1 here:
// one character a byte, so a UTF-8 character that is split over two reads passes unharmed.
//
// Source: event streams as in the HTML standard, 9.2.6.
//
// /!\ Hot path: `push` runs for every read from an upstream.

import type { GatewayError } from '../core/errors.ts'
import { JsonScanError, scanObject } from '../core/json-scan.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { UpstreamResponse } from './pass-facts.ts'

/** Reads one upstream's stream and makes the client's bytes of it. */
export interface StreamReader {
  /** The last usage that was seen. */
  readonly usage: TokenUsage | null
  /** Something that a person would see or a program act on has come: text, a tool call, a refusal, an end. */
  readonly sawOutput: boolean
  /** The answer is complete, whether or not its end mark has come. */
  readonly sawFinish: boolean
  /** The end mark has come; nothing behind it is read. */
  readonly done: boolean
  /** The payload of an error event, as UTF-8 text; nothing behind it is read. */
  readonly errorPayload: string | null
  /** Why the stream cannot be followed any further. */
  readonly broken: string | null
  /** Events with output: about one token each, for an estimate where usage never comes. */
  readonly eventCount: number
  /** What ends a stream that came to its finish without its end mark. */
  readonly closing: string
  /** Of the Responses API; absent or null = not known. */
  readonly upstream?: UpstreamResponse | null
  /** @returns what to pass on: a Buffer, or text of one character a byte; null for nothing yet */
  push(chunk: Buffer): Buffer | string | null
  /** The upstream closed: a last event without its blank line still counts. */
  end(): string | null
  /** An error behind output, as events of this dialect. One character a byte. */
  fail(error: GatewayError): string
}

export abstract class PassEvents implements StreamReader {
  usage: TokenUsage | null = null
  sawOutput = false
  sawFinish = false
  done = false
  errorPayload: string | null = null
  broken: string | null = null
  eventCount = 0
  readonly closing: string = ''
  /** A longer event is not part of an answer; images and audio come in large ones. */
  protected readonly maxEventBytes: number = 16 * 1024 * 1024

  #carry = ''
  #started = false
  #skipLineFeed = false

  abstract fail(error: GatewayError): string

  /** Looks at one event, blank line included; returns what of it is passed on. */
  protected abstract lookAt(event: string): string

  push(chunk: Buffer): Buffer | string | null {
    if (this.#over()) return null
    let text = chunk.toString('latin1')
    let exact = this.#carry === ''
    if (!this.#started || this.#skipLineFeed || text.includes('\r')) {
      const normal = this.#normalise(text)
      if (normal !== text) exact = false
      text = normal
    }
    // The boundary may lie across the seam.
    const seam = this.#carry !== '' && text.charCodeAt(0) === 0x0a && this.#carry.endsWith('\n') ? 1 : -1
    const boundary = text.lastIndexOf('\n\n')
    const wholeEnd = boundary === -1 ? seam : boundary + 2
    if (wholeEnd === -1) {
      this.#carry += text
      if (this.#carry.length > this.maxEventBytes) this.broken = 'an event that is too large'
      return null
    }
    const events = this.#carry + text.slice(0, wholeEnd)
    this.#carry = text.slice(wholeEnd)
    const out = this.passEvents(events)
    if (out === null) return null
    if (exact && out === events) return wholeEnd === chunk.length ? chunk : chunk.subarray(0, wholeEnd)
    return out
  }

  end(): string | null {
    if (this.#carry.trim() === '' || this.#over()) return null
    const rest = `${this.#carry.replace(/\n+$/, '')}\n\n`
    this.#carry = ''
    return this.passEvents(rest)
  }

  protected passEvents(events: string): string | null {
    let out = ''
    let copied = 0
    let start = 0
    while (start < events.length && !this.#over()) {
      if (events.charCodeAt(start) === 0x0a) {
        start += 1
        continue
      }
      const boundary = events.indexOf('\n\n', start)
      const end = boundary === -1 ? events.length : boundary + 2
      const event = events.slice(start, end)
      const passed = this.lookAt(event)
      if (passed !== event) {
        out += events.slice(copied, start) + passed
        copied = end
      }
      start = end
    }
    if (copied === 0 && start === events.length) return events
    out += events.slice(copied, start)
    return out === '' ? null : out
  }

  #over(): boolean {
    return this.done || this.errorPayload !== null || this.broken !== null
  }

  /** CR and CRLF become LF, also across reads; a byte order mark at the start goes. */
  #normalise(text: string): string {
    let normal = text
    if (!this.#started) {
      this.#started = true
      if (normal.startsWith('\u00ef\u00bb\u00bf')) normal = normal.slice(3)
    }
    if (this.#skipLineFeed) {
      this.#skipLineFeed = false
      if (normal.charCodeAt(0) === 0x0a) normal = normal.slice(1)
    }
    if (!normal.includes('\r')) return normal
    this.#skipLineFeed = normal.endsWith('\r')
    return normal.replace(/\r\n?/g, '\n')
  }
}

/** The joined `data` lines of one event, or null when it has none. */
export function readPayload(event: string): string | null {
  // The usual form, one line and a blank one.
  if (event.startsWith('data: ') && event.endsWith('\n\n') && event.indexOf('\n') === event.length - 2) {
    return event.slice(6, -2)
  }
  let payload: string | null = null
  for (const line of event.split('\n')) {
    if (!line.startsWith('data')) continue
    let value: string
    if (line.length === 4) value = ''
    else if (line.charCodeAt(4) === 0x3a) value = line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5)
    else continue
    // The standard joins lines by a line feed. In JSON that is white space, and as a space it fits on one line again.
    payload = payload === null ? value : `${payload} ${value}`
  }
  return payload
}

/** The value behind `event:`; '' = none. */
export function eventName(event: string): string {
  const at = event.startsWith('event:') ? 0 : event.indexOf('\nevent:') + 1
  if (at === 0 && !event.startsWith('event:')) return ''
  const end = event.indexOf('\n', at)
  return event.slice(at + 6, end === -1 ? event.length : end).trim()
}

/**
 * Puts the public model id in place of the string at a path of member names; the text itself where it is not there.
 * @throws {JsonScanError} when the payload is not JSON
 */
export function spliceModel(payload: string, path: readonly string[], publicModelJson: string): string {
  let start = 0
  for (const [depth, name] of path.entries()) {
    let found = -1
    let end = -1
    scanObject(
      payload,
      start,
      (key, valueStart, valueEnd) => {
        if (key !== name) return false
        found = valueStart
        end = valueEnd
        return true
      },
      false,
    )
    if (found === -1) return payload
    if (depth === path.length - 1) {
      if (payload.charCodeAt(found) !== 0x22 || payload.slice(found, end) === publicModelJson) return payload
      return payload.slice(0, found) + publicModelJson + payload.slice(end)
    }
    if (payload.charCodeAt(found) !== 0x7b) return payload
    start = found
  }
  return payload
}

/** Text of one character a byte, as the value that it spells; null when it is not JSON. */
export function parseLatin1(payload: string): unknown {
  try {
    return JSON.parse(utf8Of(payload))
  } catch {
    return null
  }
}

export function utf8Of(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

export function latin1Of(utf8: string): string {
  return ASCII.test(utf8) ? utf8 : Buffer.from(utf8, 'utf8').toString('latin1')
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/

export { JsonScanError }
