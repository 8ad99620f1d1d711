// How many tokens an answer was whose upstream does not say: because it never does, or because the stream ended before.
//
// Most upstreams send a token an event, and their own count of tokens is then the number of events. Where events are
// longer, a sample of them is counted by a tokenizer, and the rest is taken to be like it.

import type { TokenCounter } from '../billing/estimates/token-counter.ts'
import { textOfEvents, textOfReply } from '../dialects/answer-text.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'

/** Of a stream, from its first words on. */
const SAMPLE_BYTES = 8 * 1024
/** Characters in an event, on average, that may still be one token. */
const ONE_TOKEN = 8

/** The output tokens of a whole reply; null = they cannot be counted. */
export async function countReply(
  counter: TokenCounter,
  dialect: ClientDialectName,
  body: Buffer | string,
): Promise<number | null> {
  const text = textOfReply(dialect, typeof body === 'string' ? Buffer.from(body, 'latin1').toString() : body.toString())
  return text === '' ? null : await counter.count(text)
}

/** What went out of a stream first. */
export class StreamSample {
  #bytes = ''

  /** /!\ Hot path: for every read of a stream, until it is full. */
  add(chunk: Buffer | string): void {
    const room = SAMPLE_BYTES - this.#bytes.length
    if (room <= 0) return
    this.#bytes += typeof chunk === 'string' ? chunk.slice(0, room) : chunk.subarray(0, room).toString('latin1')
  }

  /**
   * The output tokens of the whole stream; null = as many as it had events.
   * @param events with output, of the whole stream
   */
  count(counter: TokenCounter, dialect: ClientDialectName, events: number): Promise<number | null> | null {
    if (events === 0 || this.#bytes === '') return null
    const sample = textOfEvents(dialect, this.#bytes)
    if (sample.events === 0 || sample.text.length < ONE_TOKEN * sample.events) return null
    return counter.count(sample.text).then((tokens) => {
      if (tokens === null) return null
      return Math.max(events, Math.ceil((tokens * events) / sample.events))
    })
  }
}
