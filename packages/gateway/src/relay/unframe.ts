// Anthropic's events inside AWS's frames, as Bedrock's InvokeModelWithResponseStream sends them: unpacked into the event
// stream that the model's own dialect has.
// Source: AWS, "InvokeModelWithResponseStream": `{"bytes": base64}` a chunk, exceptions as frames of their own.

import type { GatewayError } from '../core/errors.ts'
import { objectOf, parseJsonObject, stringOf } from '../core/json.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import { bedrockErrorBody } from '../dialects/bedrock-converse/errors.ts'
import { EventStreamFrames, type FrameHeaders } from '../dialects/bedrock-converse/event-stream-frames.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import type { StreamFraming } from '../providers/adapter.ts'

export function unframed(reader: StreamReader, framing: StreamFraming): StreamReader {
  return framing === 'aws-chunks' ? new UnframedReader(reader) : reader
}

class UnframedReader implements StreamReader {
  readonly #inner: StreamReader
  readonly #frames = new EventStreamFrames((headers, payload) => this.#onFrame(headers, payload))
  #events = ''
  #exception: string | null = null

  constructor(inner: StreamReader) {
    this.#inner = inner
  }

  get usage(): TokenUsage | null {
    return this.#inner.usage
  }

  get sawOutput(): boolean {
    return this.#inner.sawOutput
  }

  get sawFinish(): boolean {
    return this.#inner.sawFinish
  }

  get done(): boolean {
    return this.#inner.done
  }

  get errorPayload(): string | null {
    return this.#inner.errorPayload ?? this.#exception
  }

  get broken(): string | null {
    return this.#inner.broken ?? this.#frames.broken
  }

  get eventCount(): number {
    return this.#inner.eventCount
  }

  get closing(): string {
    return this.#inner.closing
  }

  push(chunk: Buffer): Buffer | string | null {
    this.#frames.push(chunk)
    const events = this.#events
    this.#events = ''
    return events === '' ? null : this.#inner.push(Buffer.from(events))
  }

  end(): string | null {
    this.#frames.end()
    return this.#inner.end()
  }

  fail(error: GatewayError): string {
    return this.#inner.fail(error)
  }

  #onFrame(headers: FrameHeaders, payload: Buffer): void {
    const text = payload.toString('utf8')
    if (headers.get(':message-type') !== 'event') {
      const type = headers.get(':exception-type') ?? headers.get(':error-code')
      this.#exception = bedrockErrorBody(500, typeof type === 'string' ? type : '', text).body
      return
    }
    const bytes = stringOf(parseJsonObject(text)?.['bytes'])
    if (bytes === undefined) return
    const event = Buffer.from(bytes, 'base64').toString('utf8')
    const name = stringOf(objectOf(parseJsonObject(event))?.['type']) ?? 'message'
    this.#events += `event: ${name}\ndata: ${event}\n\n`
  }
}
