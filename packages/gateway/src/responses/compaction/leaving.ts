// The client left: whatever is under way for it is given up.

import type { ReplyListener } from '../../relay/reply-sink.ts'

export class Leaving implements ReplyListener {
  gone = false
  #also: (() => void)[] = []

  also(then: () => void): void {
    if (this.gone) then()
    else this.#also.push(then)
  }

  replyGone(): void {
    this.gone = true
    for (const then of this.#also) then()
    this.#also = []
  }

  replyDrained(): void {
    // Nothing is written piece by piece here.
  }
}
