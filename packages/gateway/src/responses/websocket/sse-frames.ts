// From the event stream that the relay writes to the frames of a WebSocket: the data of each event alone, without
// framing, comments and end mark. Text is latin1 here, one character a byte, as everywhere on an answer's way.
//
// /!\ Hot path: `push` runs for every piece of an answer.

import { readPayload } from '../../dialects/pass-events.ts'

export class SseFrames {
  #carry = ''

  /** @returns the JSON of each event that is whole by now */
  push(chunk: Buffer | string): readonly string[] {
    const text = typeof chunk === 'string' ? chunk : chunk.toString('latin1')
    const all = this.#carry === '' ? text : this.#carry + text
    const frames: string[] = []
    let start = 0
    for (;;) {
      const boundary = all.indexOf('\n\n', start)
      if (boundary === -1) break
      const payload = payloadOf(all, start, boundary)
      if (payload !== null) frames.push(payload)
      start = boundary + 2
    }
    this.#carry = start === 0 ? all : all.slice(start)
    return frames
  }
}

/** Null for what is no event with JSON: comments, the end mark. */
function payloadOf(text: string, start: number, end: number): string | null {
  // Nearly all are two lines: the name, the data.
  const data = text.indexOf('\ndata: ', start)
  if (text.startsWith('event: ', start) && data !== -1 && data < end && text.indexOf('\n', data + 1) >= end)
    return text.slice(data + 7, end)
  const payload = readPayload(text.slice(start, end))?.trim()
  return payload === undefined || !payload.startsWith('{') ? null : payload
}
