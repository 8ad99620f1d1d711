// Events of a stream as text, each whole: its name, its number, one line of data. Numbers rise by one from 0 (H87).
//
// /!\ Hot path: `delta` runs for every piece of an answer.

export class EventWriter {
  #sequence = 0
  #text = ''

  /** @param members of the event besides `type` and `sequence_number`, as the inside of a JSON object */
  event(type: string, members: string): void {
    this.#text += `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#sequence},${members}}\n\n`
    this.#sequence += 1
  }

  /** @param head of an `EventHead`; @param tail what stands behind the text, with its comma */
  delta(head: EventHead, text: string, tail: string): void {
    this.#text += `${head.start}${this.#sequence}${head.members}${JSON.stringify(text)}${tail}}\n\n`
    this.#sequence += 1
  }

  comment(text: string): void {
    this.#text += `: ${text}\n\n`
  }

  /** The end of the stream. OpenAI does not send it, Open Responses wants it, and every client takes it. */
  done(): void {
    this.#text += 'data: [DONE]\n\n'
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}

/** What all deltas of one part share. */
export interface EventHead {
  readonly start: string
  readonly members: string
}

/** @param members all that stands before `delta` */
export function eventHead(type: string, members: string): EventHead {
  return { start: `event: ${type}\ndata: {"type":"${type}","sequence_number":`, members: `,${members},"delta":` }
}
