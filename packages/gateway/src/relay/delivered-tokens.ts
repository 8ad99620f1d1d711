// About how many tokens of a stream have gone by, without reading it.
//
// Most upstreams send a token an event, some a whole sentence. What an event is larger by than the smallest of its stream
// is text. The figure is for holding money in time, so it is rather too high; what a call costs comes from its usage.

/** Bytes of text that make a token: fewer than in most languages. */
const BYTES_PER_TOKEN = 3

export class DeliveredTokens {
  count = 0
  #events = 0
  #smallestEvent = Infinity

  /**
   * /!\ Hot path.
   * @param bytes of this read
   * @param events with output that the stream has had so far
   */
  add(bytes: number, events: number): void {
    const fresh = events - this.#events
    if (fresh <= 0) return
    this.#events = events
    const perEvent = bytes / fresh
    if (perEvent < this.#smallestEvent) this.#smallestEvent = perEvent
    this.count += fresh + (bytes - fresh * this.#smallestEvent) / BYTES_PER_TOKEN
  }
}
