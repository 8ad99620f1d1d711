// A stream on its way through. What comes before the first real output is held back, within a bound, so that an early
// error can still go elsewhere; from then on every whole event is passed on in the read in which it came.

import type { TokenUsage } from '../core/token-usage.ts'
import { statusOfEmbeddedError, type UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { PictureUsage } from '../dialects/openai-chat/picture-usage.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import type { Attempt, BodyReader } from './attempt.ts'
import { readEmbeddedRefusal } from './refusal.ts'

/** More than this without any output is passed on all the same. */
const MAX_HELD_BYTES = 64 * 1024

export interface StreamReplyOwner {
  /** Sends the reply's head, if it has not gone out yet. */
  commitStream(attempt: Attempt): void
  writeStream(attempt: Attempt, chunk: Buffer | string): void
  /** The answer is complete; `last` is what remains to be written, `usage` what its events did not tell the reader. */
  finishStream(attempt: Attempt, last: Buffer | string | null, usage?: TokenUsage | null): void
  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void
  attemptFailed(attempt: Attempt, cause: 'reset' | 'bad_reply', detail: string): void
}

export class StreamReply implements BodyReader {
  readonly stream: StreamReader
  readonly #owner: StreamReplyOwner
  readonly #attempt: Attempt
  #held = ''
  #flowing = false

  constructor(owner: StreamReplyOwner, attempt: Attempt, stream: StreamReader) {
    this.#owner = owner
    this.#attempt = attempt
    this.stream = stream
  }

  push(chunk: Buffer): void {
    const { stream } = this
    const out = stream.push(chunk)
    if (this.#flowing && out !== null && !stream.done && stream.errorPayload === null && stream.broken === null) {
      this.#owner.writeStream(this.#attempt, out)
      return
    }
    this.#settle(out)
  }

  end(): void {
    const { stream } = this
    if (this.#finish()) return
    this.#owner.attemptFailed(
      this.#attempt,
      stream.sawOutput ? 'reset' : 'bad_reply',
      stream.sawOutput ? 'the stream was cut off' : 'an empty stream',
    )
  }

  /** Finishes an answer that is whole but for its end mark, which the client's loop waits for; false = it is not whole. */
  finishCut(): boolean {
    return this.stream.sawFinish && this.#finish()
  }

  /** With what the reader still held back; false = the answer is not whole. */
  #finish(): boolean {
    const { stream } = this
    this.#settle(stream.end())
    if (stream.done || stream.errorPayload !== null || stream.broken !== null) return true
    if (!stream.sawFinish) return false
    this.#owner.finishStream(this.#attempt, `${this.#takeHeld()}${stream.closing}`)
    return true
  }

  #settle(out: Buffer | string | null): void {
    const { stream } = this
    if (stream.done) {
      if (!stream.sawOutput && !this.#flowing) {
        this.#owner.attemptFailed(this.#attempt, 'bad_reply', 'an empty stream')
        return
      }
      this.#owner.finishStream(this.#attempt, this.#join(out))
      return
    }
    const failed = stream.errorPayload !== null || stream.broken !== null
    if (out !== null && (this.#flowing || stream.sawOutput)) {
      const text = this.#join(out)
      this.#flowing = true
      this.#owner.commitStream(this.#attempt)
      this.#owner.writeStream(this.#attempt, text)
    } else if (out !== null && !failed) {
      this.#held += typeof out === 'string' ? out : out.toString('latin1')
      if (this.#held.length > MAX_HELD_BYTES) {
        this.#flowing = true
        this.#owner.commitStream(this.#attempt)
        this.#owner.writeStream(this.#attempt, this.#takeHeld())
      }
    }
    if (stream.errorPayload !== null) {
      const status = statusOfEmbeddedError(stream.errorPayload)
      this.#owner.attemptRefused(
        this.#attempt,
        readEmbeddedRefusal(this.#attempt.conversion.dialect, status, stream.errorPayload),
        status,
      )
    } else if (stream.broken !== null) {
      this.#owner.attemptFailed(this.#attempt, 'bad_reply', stream.broken)
    }
  }

  #join(out: Buffer | string | null): Buffer | string {
    if (this.#held === '') return out ?? ''
    const tail = out === null ? '' : typeof out === 'string' ? out : out.toString('latin1')
    return this.#takeHeld() + tail
  }

  #takeHeld(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** A stream of pictures: its bytes are passed on as they are. */
export class RawStreamReply implements BodyReader {
  readonly #owner: StreamReplyOwner
  readonly #attempt: Attempt
  readonly #pictures = new PictureUsage('events')

  constructor(owner: StreamReplyOwner, attempt: Attempt) {
    this.#owner = owner
    this.#attempt = attempt
  }

  push(chunk: Buffer): void {
    this.#pictures.push(chunk)
    this.#owner.commitStream(this.#attempt)
    this.#owner.writeStream(this.#attempt, chunk)
  }

  end(): void {
    this.#owner.finishStream(this.#attempt, null, this.#pictures.total())
  }
}
