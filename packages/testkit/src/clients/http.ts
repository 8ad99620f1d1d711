// One HTTP call, its answer whole: JSON, server-sent events or event-stream frames, whichever it is.
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { type SseEvent, SseReader } from '../sse-reader.ts'
import { decodeFrames, type Frame } from './frames.ts'

export interface CallOptions {
  /** Default POST. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text and bytes go as they are, anything else as JSON; absent: no body. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export class CallReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  /** Why the body is not whole, if it is not. */
  readonly broken: Error | undefined

  constructor(status: number, headers: IncomingHttpHeaders, bytes: Buffer, broken: Error | undefined) {
    this.status = status
    this.headers = headers
    this.bytes = bytes
    this.broken = broken
  }

  get text(): string {
    return this.bytes.toString('utf8')
  }

  /** Throws SyntaxError when the body is no JSON. */
  get json(): unknown {
    return JSON.parse(this.text)
  }

  get events(): readonly SseEvent[] {
    const events: SseEvent[] = []
    const reader = new SseReader((event) => events.push(event))
    reader.push(this.bytes)
    return events
  }

  /** The data of all events as values, `[DONE]` left out. */
  get data(): readonly unknown[] {
    return this.events.filter((event) => event.data !== '[DONE]').map((event): unknown => JSON.parse(event.data))
  }

  /** Throws FramingError. */
  get frames(): readonly Frame[] {
    return decodeFrames(this.bytes)
  }
}

/** Rejects only when there is no response at all. */
export async function call(url: string, options: CallOptions = {}): Promise<CallReply> {
  const { method = 'POST', body, signal } = options
  const bytes =
    body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const headers = {
    ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
    ...options.headers,
  }
  const { promise, resolve, reject } = Promise.withResolvers<CallReply>()
  const outgoing = httpRequest(url, { method, headers, ...(signal === undefined ? {} : { signal }) }, (response) => {
    const parts: Buffer[] = []
    const end = (broken?: Error): void =>
      resolve(new CallReply(response.statusCode ?? 0, response.headers, Buffer.concat(parts), broken))
    response.on('data', (part: Buffer) => parts.push(part))
    response.once('end', () => end())
    response.once('error', end)
  })
  outgoing.once('error', reject)
  outgoing.end(bytes)
  return promise
}
