// A light client for many streams at once: POST on node:http, server-sent events out, every event with its time.
// Five hundred of these must cost less than what they measure, so there is no promise and no timer per event.
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { nowMs } from './deadlines.ts'
import { SseReader } from './sse-reader.ts'
import { listOf, objectOf, textIn } from './upstream/dialects/json.ts'

export interface TimedEvent {
  readonly event: string
  readonly data: string
  readonly atMs: number
}

export interface StreamOptions {
  /** Bearer. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
  readonly signal?: AbortSignal
  /** Called for each event; return nothing. */
  readonly onEvent?: (event: TimedEvent, stream: StreamCall) => void
  /** Keep the events (default). False for very many or very long streams: then only counts and `text` length are kept. */
  readonly keep?: boolean
}

export interface StreamResult {
  /** 0 when there was no response. */
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly events: readonly TimedEvent[]
  readonly eventCount: number
  /** The text of a chat stream's first choice, put together. */
  readonly text: string
  /** The body, when it was not a stream. */
  readonly body: string
  /**
   * `done`: [DONE] came and the body ended. `error-event`: an event with an `error` was the last word. `truncated`: a good end of the
   * body without [DONE]. `reset`: the connection broke. `refused`: no response at all. `aborted`: by us. `not-a-stream`: a JSON
   * or other body.
   */
  readonly end: 'done' | 'error-event' | 'truncated' | 'reset' | 'refused' | 'aborted' | 'not-a-stream'
  readonly error: Error | undefined
  readonly startedAtMs: number
  readonly headersAtMs: number | undefined
  readonly firstEventAtMs: number | undefined
  readonly endedAtMs: number
  /** The error object of an error event or body. */
  readonly errorBody: unknown
}

/** One call, running or over. */
export interface StreamCall {
  /** Settles when it is over; never rejects. */
  readonly result: Promise<StreamResult>
  /** Resolves when headers are here, or when it ended without. */
  readonly responded: Promise<void>
  abort(): void
  readonly eventCount: number
}

/** Posts `body` (text as it is, anything else as JSON) and reads the answer as a stream, or as text when it is none. */
export function openStream(url: string, body: unknown, options: StreamOptions = {}): StreamCall {
  return new Call(url, body, options)
}

class Call implements StreamCall {
  readonly result: Promise<StreamResult>
  readonly responded: Promise<void>
  eventCount = 0
  readonly #options: StreamOptions
  readonly #resolve: (result: StreamResult) => void
  readonly #respond: () => void
  readonly #request: ReturnType<typeof httpRequest>
  readonly #startedAtMs = nowMs()
  readonly #events: TimedEvent[] = []
  #response: IncomingMessage | undefined
  #headersAtMs: number | undefined
  #firstEventAtMs: number | undefined
  #text = ''
  #body = ''
  #done = false
  #aborted = false
  #bodyEnded = false
  #over = false
  #errorBody: unknown
  #error: Error | undefined

  constructor(url: string, body: unknown, options: StreamOptions) {
    this.#options = options
    const result = Promise.withResolvers<StreamResult>()
    const responded = Promise.withResolvers<void>()
    this.result = result.promise
    this.#resolve = result.resolve
    this.responded = responded.promise
    this.#respond = responded.resolve
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    this.#request = httpRequest(url, {
      method: 'POST',
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
        ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
        ...options.headers,
      },
    })
    this.#request.on('response', (response) => this.#begin(response))
    this.#request.on('error', (error) => {
      this.#error = error
    })
    this.#request.on('close', () => this.#finish())
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (options.signal?.aborted === true) this.#onAbort()
    this.#request.end(payload)
  }

  abort(): void {
    if (this.#over) return
    this.#aborted = true
    this.#request.destroy()
  }

  readonly #onAbort = (): void => this.abort()

  #begin(response: IncomingMessage): void {
    this.#response = response
    this.#headersAtMs = nowMs()
    this.#respond()
    const isStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream')
    response.on('end', () => {
      this.#bodyEnded = true
    })
    response.on('error', (error) => {
      this.#error = error
    })
    if (isStream) {
      const reader = new SseReader((event) => this.#onEvent(event.event, event.data))
      response.on('data', (bytes: Buffer) => reader.push(bytes))
      return
    }
    const decoder = new TextDecoder()
    response.on('data', (bytes: Buffer) => {
      this.#body += decoder.decode(bytes, { stream: true })
    })
  }

  #onEvent(event: string, data: string): void {
    const timed: TimedEvent = { event, data, atMs: nowMs() }
    this.eventCount += 1
    this.#firstEventAtMs ??= timed.atMs
    if (data === '[DONE]') this.#done = true
    else this.#take(data)
    if (this.#options.keep !== false) this.#events.push(timed)
    this.#options.onEvent?.(timed, this)
  }

  #take(data: string): void {
    // A cheap look first: parsing every chunk of every stream would be most of this client's cost.
    if (data.includes('"error"')) {
      const error = errorIn(data)
      if (error !== undefined) this.#errorBody = error
    }
    if (this.#options.keep === false) return
    this.#text += textOf(data)
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#respond()
    this.#errorBody ??= errorIn(this.#body)
    this.#resolve({
      status: this.#response?.statusCode ?? 0,
      headers: this.#response?.headers ?? {},
      events: this.#events,
      eventCount: this.eventCount,
      text: this.#text,
      body: this.#body,
      end: this.#end(),
      error: this.#error,
      startedAtMs: this.#startedAtMs,
      headersAtMs: this.#headersAtMs,
      firstEventAtMs: this.#firstEventAtMs,
      endedAtMs: nowMs(),
      errorBody: this.#errorBody,
    })
  }

  #end(): StreamResult['end'] {
    if (this.#aborted) return 'aborted'
    if (this.#response === undefined) return 'refused'
    if (!this.#bodyEnded) return 'reset'
    if (!(this.#response.headers['content-type'] ?? '').startsWith('text/event-stream')) return 'not-a-stream'
    if (this.#errorBody !== undefined) return 'error-event'
    return this.#done ? 'done' : 'truncated'
  }
}

function errorIn(text: string): unknown {
  return objectOf(parse(text))['error']
}

/** The text in a chat chunk's first choice. */
function textOf(data: string): string {
  const chunk = parse(data)
  const choice = listOf(objectOf(chunk)['choices']).find((one) => objectOf(one)['index'] === 0)
  return textIn(objectOf(choice)['delta'], 'content') ?? ''
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A stream under test may hold anything; what is no JSON has no text and no error object.
    return undefined
  }
}
