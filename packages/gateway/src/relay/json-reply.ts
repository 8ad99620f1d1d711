// A JSON reply is held until it is whole: then its cost is known and can stand in a header, and a reply that breaks off
// can still be asked for elsewhere. One that grows beyond a mebibyte is passed on as it comes, but for its last bytes.

import { classifyRefusal, statusOfEmbeddedError } from '../dialects/openai-chat/errors.ts'
import { scanHead, scanResponse, scanTail } from '../dialects/openai-chat/response.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { Attempt, BodyReader } from './attempt.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'

const MAX_HELD_BYTES = 1024 * 1024
const TAIL_BYTES = 4 * 1024

export interface JsonReplyOwner {
  readonly publicModelJson: string
  /** @param text the body, one character a byte */
  finishJson(attempt: Attempt, text: string, usage: TokenUsage | null): void
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
  readonly #expectStream: boolean
  #chunks: Buffer[] = []
  #bytes = 0
  #large = false

  /** @param expectStream the client asked for a stream, so only an error can be right here */
  constructor(owner: JsonReplyOwner, attempt: Attempt, expectStream: boolean) {
    this.#owner = owner
    this.#attempt = attempt
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
    if (this.#expectStream) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'a JSON reply where a stream was asked for')
      return
    }
    this.#large = true
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
      this.#owner.finishLargeJson(this.#attempt, tail, usage)
      return
    }
    const scanned = scanResponse(body.toString('latin1'), this.#owner.publicModelJson)
    if (scanned === null) {
      this.#owner.attemptFailed(
        this.#attempt,
        'bad_reply',
        body.length === 0 ? 'an empty body' : 'a body that is not JSON',
      )
    } else if (scanned.isError) {
      const text = body.toString('utf8')
      const status = statusOfEmbeddedError(text)
      this.#owner.attemptRefused(this.#attempt, classifyRefusal(status, text, null), status)
    } else if (this.#expectStream) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'a JSON reply where a stream was asked for')
    } else {
      this.#owner.finishJson(this.#attempt, scanned.text, scanned.usage)
    }
  }

  /** Passes on all but the last bytes, where the usage stands. */
  #pushLarge(chunk: Buffer): void {
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
