// Between an answer and its events, and from bytes to events, for the tests of every dialect.

import type { Answer, AnswerEvent } from '../answer.ts'
import { AnswerCollector, replayAnswer } from '../collect-answer.ts'
import type { StreamDecoder } from '../dialect.ts'

export function collect(events: readonly AnswerEvent[]): Answer {
  const collector = new AnswerCollector()
  for (const event of events) collector.push(event)
  return collector.answer()
}

export function replay(answer: Answer): AnswerEvent[] {
  const events: AnswerEvent[] = []
  replayAnswer(answer, (event) => void events.push(event))
  return events
}

/** What a decoder makes of a stream up to its end. @param cuts offsets in bytes where a read ends */
export function eventsFrom(
  decoder: StreamDecoder,
  stream: string | Buffer,
  cuts: readonly number[] = [],
): AnswerEvent[] {
  const bytes = Buffer.isBuffer(stream) ? stream : Buffer.from(stream)
  const events: AnswerEvent[] = []
  const emit = (event: AnswerEvent): void => void events.push(event)
  let start = 0
  for (const cut of [...cuts].toSorted((a, b) => a - b)) {
    decoder.push(bytes.subarray(start, cut), emit)
    start = cut
  }
  decoder.push(bytes.subarray(start), emit)
  decoder.end(emit)
  return events
}
