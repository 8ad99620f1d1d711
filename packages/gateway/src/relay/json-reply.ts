// A JSON reply is held until it is whole: then its cost is known and can stand in a header, and a reply that breaks off
// can still be asked for elsewhere. One that grows beyond a mebibyte is passed on as it comes, but for its last bytes.

import { statusOfEmbeddedError } from '../dialects/openai-chat/errors.ts'
import { scanHead, scanTail } from '../dialects/openai-chat/pass-response.ts'
import { PictureUsage } from '../dialects/openai-chat/picture-usage.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { Attempt, BodyReader } from './attempt.ts'
import { readEmbeddedRefusal } from './refusal.ts'
import type { Conversion } from './conversion.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'

const MAX_HELD_BYTES = 1024 * 1024
const TAIL_BYTES = 4 * 1024
/** Where the whole of it is needed: generated images come as base64. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024

export interface JsonReplyOwner {
  readonly publicModelJson: string
  /** @param body bytes, or text of one character a byte */
  finishJson(attempt: Attempt, body: Buffer | string, usage: TokenUsage | null): void
  /** Begins a reply whose length and cost are not known yet. */
  startLargeJson(attempt: Attempt): void
  writeLarge(attempt: Attempt, chunk: Buffer): void
  finishLargeJson(attempt: Attempt, tail: Buffer, usage: TokenUsage | null): void
  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void
  attemptFailed(attempt: Attempt, cause: 'bad_reply', detail: string): void
  /** Bytes that are held on behalf of this reply; false = the process holds too much already. */
  holdBytes(count: number): boolean
}

export class JsonReply implements BodyReader {
  readonly #owner: JsonReplyOwner
  readonly #attempt: Attempt
  readonly #conversion: Conversion
  readonly #expectStream: boolean
  #chunks: Buffer[] = []
  #bytes = 0
  #large = false
  #pictures: PictureUsage | null = null

  /** @param expectStream the client asked for a stream, so only an error can be right here */
  constructor(owner: JsonReplyOwner, attempt: Attempt, conversion: Conversion, expectStream: boolean) {
    this.#owner = owner
    this.#attempt = attempt
    this.#conversion = conversion
    this.#expectStream = expectStream
  }

  push(chunk: Buffer): void {
    if (this.#large) {
      this.#pushLarge(chunk)
      return
    }
    if (!this.#owner.holdBytes(chunk.length)) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'too many bytes are in flight')
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes <= MAX_HELD_BYTES) return
    if (!this.#conversion.passesLargeReplies) {
      if (this.#bytes > MAX_WHOLE_BYTES)
        this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'a reply that is too large to translate')
      return
    }
    if (this.#expectStream) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'a JSON reply where a stream was asked for')
      return
    }
    this.#large = true
    this.#pictures = new PictureUsage('json')
    this.#owner.startLargeJson(this.#attempt)
    const held = scanHead(Buffer.concat(this.#chunks), this.#owner.publicModelJson)
    this.#chunks = []
    this.#bytes = 0
    this.#pushLarge(held)
  }

  end(): void {
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    if (this.#large) {
      const { usage, tail } = scanTail(body, this.#owner.publicModelJson)
      this.#owner.finishLargeJson(this.#attempt, tail, this.#pictures?.total(usage) ?? usage)
      return
    }
    const reading = this.#conversion.readJson(body)
    if (reading.kind === 'unusable') {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', reading.detail)
    } else if (reading.kind === 'error') {
      const status = statusOfEmbeddedError(reading.text)
      this.#owner.attemptRefused(
        this.#attempt,
        readEmbeddedRefusal(this.#conversion.dialect, status, reading.text),
        status,
      )
    } else if (this.#expectStream) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'a JSON reply where a stream was asked for')
    } else {
      this.#owner.finishJson(this.#attempt, reading.body, reading.usage)
    }
  }

  /** Passes on all but the last bytes, where the usage stands. */
  #pushLarge(chunk: Buffer): void {
    this.#pictures?.push(chunk)
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes <= 2 * TAIL_BYTES) return
    const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const tail = all.subarray(all.length - TAIL_BYTES)
    this.#chunks = [tail]
    this.#bytes = tail.length
    this.#owner.writeLarge(this.#attempt, all.subarray(0, all.length - TAIL_BYTES))
  }
}
