// The answer to one turn, on its way to a WebSocket: what the relay writes as an event stream leaves as one text frame an
// event, and a refusal as an error frame.
//
// /!\ Hot path: `write` runs for every piece of an answer.

import {
  isJsonObject,
  numberOf,
  objectOf,
  parseJson,
  parseJsonObject,
  stringOf,
  type JsonObject,
} from '../../core/json.ts'
import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'
import { errorFrame, type FrameFault } from './frame-error.ts'
import { SseFrames } from './sse-frames.ts'

/** The session, as far as a turn needs it. */
export interface FrameWriter {
  /** The client is gone, or is told goodbye. */
  readonly gone: boolean
  /**
   * @param frame whole, latin1
   * @returns false when the client is slower than we are; the session tells the sink when it has caught up
   */
  send(frame: string): boolean
  /** Says nothing, so that nobody between us gives the connection up. */
  keepAlive(): void
  /** Cuts the connection: all of its turns end. */
  cut(): void
}

export class SocketSink implements ReplySink {
  listener: ReplyListener | null = null
  headersSent = false
  /** A write was refused, and nobody has told the listener yet that it may go on. */
  stalled = false
  /** Of the response that is being made; null = it has not begun. */
  responseId: string | null = null
  readonly streamId: string | null
  readonly #writer: FrameWriter
  readonly #onEnd: () => void
  /** What is put in before the closing brace of each event; '' = nothing. */
  readonly #mark: string
  readonly #frames = new SseFrames()
  #ended = false

  /** @param onEnd called once, when the turn is over, however it ended */
  constructor(writer: FrameWriter, streamId: string | null, onEnd: () => void) {
    this.#writer = writer
    this.streamId = streamId
    this.#onEnd = onEnd
    this.#mark = streamId === null ? '' : `,"stream_id":${JSON.stringify(streamId)}}`
  }

  get closed(): boolean {
    return this.#ended || this.#writer.gone
  }

  head(): void {
    this.headersSent = true
  }

  write(chunk: Buffer | string): boolean {
    if (this.closed) return true
    let flows = true
    const frames = this.#frames.push(chunk)
    if (this.responseId === null && frames.length > 0) this.responseId = responseIdIn(frames)
    for (const frame of frames) flows = this.#writer.send(this.marked(frame))
    // A comment, then: nobody has anything to say, and the line is to stay open.
    if (frames.length === 0) this.#writer.keepAlive()
    if (!flows) this.stalled = true
    return flows
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    if (this.closed || this.headersSent) return
    this.headersSent = true
    const text = typeof body === 'string' ? Buffer.from(body, 'latin1').toString('utf8') : body.toString('utf8')
    const frame = errorFrame(faultIn(status, text), this.streamId, told(headers))
    this.#writer.send(Buffer.from(frame).toString('latin1'))
    this.#end()
  }

  end(): void {
    this.#end()
  }

  cut(): void {
    if (!this.#ended) this.#writer.cut()
  }

  /** With the name of the lane. @param frame latin1 */
  marked(frame: string): string {
    if (this.#mark === '') return frame
    const brace = frame.lastIndexOf('}')
    return brace <= 0 ? frame : frame.slice(0, brace) + this.#mark
  }

  /** The client has caught up. */
  drained(): void {
    if (!this.stalled) return
    this.stalled = false
    this.listener?.replyDrained()
  }

  /** The client has left. */
  left(): void {
    if (this.#ended) return
    const { listener } = this
    this.listener = null
    this.#end()
    listener?.replyGone()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
  }
}

const CREATED = /^\s*\{\s*"type"\s*:\s*"response\.created"/

/** Of the first snapshot. */
function responseIdIn(frames: readonly string[]): string | null {
  const created = frames.find((frame) => CREATED.test(frame))
  return stringOf(objectOf(parseJsonObject(created ?? '')?.['response'])?.['id']) ?? null
}

/** An error's body, in whatever form, as an error frame has it. */
function faultIn(status: number, text: string): FrameFault {
  const error = errorIn(text)
  return {
    status: numberOf(error?.['status']) ?? status,
    code: stringOf(error?.['code']) ?? (status < 500 ? 'invalid_request' : 'internal_error'),
    message: stringOf(error?.['message']) ?? `The request ended with status ${status}.`,
    param: stringOf(error?.['param']) ?? null,
    type: stringOf(error?.['type']) ?? (status < 500 ? 'invalid_request_error' : 'server_error'),
  }
}

function errorIn(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? objectOf(value['error']) : undefined
  } catch {
    return undefined
  }
}

const ABOUT_THE_BODY: ReadonlySet<string> = new Set(['content-type', 'content-length', 'cache-control'])

/** Header lines as an object, without those that speak of a body. */
function told(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index]?.toLowerCase() ?? ''
    if (!ABOUT_THE_BODY.has(name)) headers[name] = lines[index + 1] ?? ''
  }
  return headers
}
