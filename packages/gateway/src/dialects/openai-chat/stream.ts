// A stream of chunks in OpenAI's dialect, on its way from an upstream to a client of the same dialect.
//
//   upstream bytes -> whole events -> [ look | put the public model id in | drop what was not asked for ] -> client
//
// Only whole events leave, so that whatever goes wrong later can be said in an event of its own. An event of the usual
// form is recognised and changed by searching in it; only the first ones, the last ones and unusual ones are parsed.
// Text is latin1 here: one character a byte, so a UTF-8 character that is split over two reads passes unharmed.
//
// Source: OpenAI's `CreateChatCompletionStreamResponse`; event streams as in the HTML standard, 9.2.6.
//
// /!\ Hot path: `push` runs for every read from an upstream.

import { JsonScanError, scanObject } from '../../core/json-scan.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { readUsage } from './usage.ts'

/** A longer line is not a chunk of an answer. */
const MAX_EVENT_BYTES = 1024 * 1024

export interface ChatStreamOptions {
  /** The public id as a JSON string of ASCII characters. */
  readonly publicModelJson: string
  /** The client asked for the usage chunk, so it is passed on, with its cost. */
  readonly usageAsked: boolean
  /** The exact cost of a call as a JSON number, or null when the price is not known. */
  readonly costJson: (usage: TokenUsage) => string | null
}

interface ParsedChunk {
  readonly error?: unknown
  readonly usage?: unknown
  readonly choices?: unknown
}

export class ChatStream {
  /** The last usage that was seen. */
  usage: TokenUsage | null = null
  /** Something that a person would see or a program act on has come: text, a tool call, a refusal, an end. */
  sawOutput = false
  sawFinish = false
  /** `[DONE]` has come. */
  done = false
  /** The payload of an error event; nothing behind it is read. */
  errorPayload: string | null = null
  /** Why the stream cannot be followed any further. */
  broken: 'not-json' | 'event-too-large' | null = null
  /** Events that were passed on: about one token each, for an estimate where usage never comes. */
  eventCount = 0

  readonly #options: ChatStreamOptions
  #carry = ''
  #started = false
  #skipLineFeed = false
  // Learnt from the first event that names the model: the exact text to look for, and what stands in for it.
  #pattern = ''
  #replacement = ''
  #usageMark = '"usage":{'
  #finishMark = '"finish_reason":"'

  constructor(options: ChatStreamOptions) {
    this.#options = options
  }

  /** @returns what to pass on: the read itself where nothing had to change, latin1 text otherwise, null for nothing yet. */
  push(chunk: Buffer): Buffer | string | null {
    if (this.done || this.errorPayload !== null || this.broken !== null) return null
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
      if (this.#carry.length > MAX_EVENT_BYTES) this.broken = 'event-too-large'
      return null
    }
    const events = this.#carry + text.slice(0, wholeEnd)
    this.#carry = text.slice(wholeEnd)
    const out = this.#passEvents(events)
    if (out === null) return null
    if (exact && out === events) return wholeEnd === chunk.length ? chunk : chunk.subarray(0, wholeEnd)
    return out
  }

  /** The upstream ended: a last event without its blank line still counts. */
  end(): string | null {
    if (this.#carry.trim() === '' || this.done || this.errorPayload !== null || this.broken !== null) return null
    const rest = `${this.#carry.replace(/\n+$/, '')}\n\n`
    this.#carry = ''
    return this.#passEvents(rest)
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

  #passEvents(events: string): string | null {
    const special =
      !this.sawOutput ||
      events.includes(this.#usageMark) ||
      events.includes(this.#finishMark) ||
      events.includes('"error"')
    const pattern = this.#pattern
    const unchanged = pattern === this.#replacement
    let out = ''
    let copied = 0
    let start = 0
    while (start < events.length) {
      const lineEnd = events.indexOf('\n', start)
      if (lineEnd === start) {
        start += 1
        continue
      }
      if (
        !special &&
        pattern !== '' &&
        events.charCodeAt(lineEnd + 1) === 0x0a &&
        events.startsWith('data: {', start)
      ) {
        const at = events.indexOf(pattern, start)
        if (
          at !== -1 &&
          at < lineEnd &&
          events.lastIndexOf('{', at) === start + 6 &&
          events.charCodeAt(lineEnd - 1) === 0x7d
        ) {
          if (!unchanged) {
            out += events.slice(copied, at) + this.#replacement
            copied = at + pattern.length
          }
          this.eventCount += 1
          start = lineEnd + 2
          continue
        }
      }
      const boundary = events.indexOf('\n\n', start)
      const end = boundary === -1 ? events.length : boundary + 2
      const event = events.slice(start, end)
      const passed = this.#lookAt(event)
      if (passed !== event) {
        out += events.slice(copied, start) + passed
        copied = end
      }
      start = end
      if (this.done || this.errorPayload !== null || this.broken !== null) {
        out += events.slice(copied, start)
        return out === '' ? null : out
      }
    }
    if (copied === 0) return events
    out += events.slice(copied)
    return out === '' ? null : out
  }

  /** Parses one event; returns what of it is passed on. */
  #lookAt(event: string): string {
    const payload = readPayload(event)
    // Comments keep a connection alive; ours has its own. Events without data mean nothing in this dialect.
    if (payload === null) return ''
    if (payload.trim() === '[DONE]') {
      this.done = true
      return 'data: [DONE]\n\n'
    }
    const parsed = parseChunk(payload)
    if (parsed === null) {
      this.broken = 'not-json'
      return ''
    }
    if (parsed.error !== undefined && parsed.error !== null) {
      this.errorPayload = Buffer.from(payload, 'latin1').toString('utf8')
      return ''
    }
    const choices = Array.isArray(parsed.choices) ? (parsed.choices as unknown[]) : []
    const usage = readUsage(parsed.usage)
    if (usage !== null) this.usage = usage
    this.eventCount += choices.length === 0 ? 0 : 1
    for (const choice of choices) this.#lookAtChoice(choice)
    if (usage !== null && choices.length === 0 && Array.isArray(parsed.choices) && !this.#options.usageAsked) return ''
    return this.#splice(event, payload, usage)
  }

  #lookAtChoice(choice: unknown): void {
    if (!isRecord(choice)) return
    const { finish_reason: finish, text, delta } = choice
    if (typeof finish === 'string' && finish !== '') {
      this.sawFinish = true
      this.sawOutput = true
    }
    if (typeof text === 'string' && text !== '') this.sawOutput = true
    if (!isRecord(delta)) return
    for (const key in delta) {
      if (key === 'role') continue
      const value = delta[key]
      if (value !== null && value !== '' && value !== undefined) this.sawOutput = true
    }
  }

  #splice(event: string, payload: string, usage: TokenUsage | null): string {
    let modelStart = -1
    let modelEnd = -1
    let usageEnd = -1
    try {
      scanObject(payload, 0, (key, start, end) => {
        if (key === 'model' && payload.charCodeAt(start) === 0x22) {
          modelStart = start
          modelEnd = end
        } else if (key === 'usage' && payload.charCodeAt(start) === 0x7b) usageEnd = end
      })
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      this.broken = 'not-json'
      return ''
    }
    const cost = usage !== null && usageEnd !== -1 && this.#options.usageAsked ? this.#options.costJson(usage) : null
    if (modelStart !== -1) this.#learn(payload, modelStart, modelEnd)
    const sameModel = modelStart === -1 || payload.slice(modelStart, modelEnd) === this.#options.publicModelJson
    const plain = event.length === payload.length + 8 && event.startsWith('data: ')
    if (sameModel && cost === null && plain) return event

    const edits: { at: number; end: number; text: string }[] = []
    if (!sameModel) edits.push({ at: modelStart, end: modelEnd, text: this.#options.publicModelJson })
    if (cost !== null) edits.push({ at: usageEnd - 1, end: usageEnd - 1, text: `,"cost":${cost}` })
    edits.sort((a, b) => b.at - a.at)
    let spliced = payload
    for (const edit of edits) spliced = spliced.slice(0, edit.at) + edit.text + spliced.slice(edit.end)
    return `data: ${spliced}\n\n`
  }

  #learn(payload: string, modelStart: number, modelEnd: number): void {
    const keyStart = payload.lastIndexOf('"model"', modelStart)
    const key = payload.slice(keyStart, modelStart)
    // Servers in Python write a space behind each colon, and then they do so everywhere.
    if (key === '"model": ') {
      this.#usageMark = '"usage": {'
      this.#finishMark = '"finish_reason": "'
    } else if (key !== '"model":') {
      return
    }
    this.#pattern = payload.slice(keyStart, modelEnd)
    this.#replacement = key + this.#options.publicModelJson
  }
}

/** The joined `data` lines of one event, or null when it has none. */
function readPayload(event: string): string | null {
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

function parseChunk(payload: string): ParsedChunk | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'latin1').toString('utf8'))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
