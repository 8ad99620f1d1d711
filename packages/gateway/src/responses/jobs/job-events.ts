// The events of a stream, taken apart and numbered anew. A job's events carry one line of numbers from 0 on, whatever
// the number of its runs: those of a later run go on where the kept ones of the run before end.

import { decodeString, scanObject } from '../../core/json-scan.ts'

/** How a job began is told by the job: an upstream's own beginning is left out. */
const BEGINNINGS: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress'])
/** Made from the stored response when somebody replays the stream, so that the two never differ. */
const ENDINGS: ReadonlySet<string> = new Set(['response.completed', 'response.failed', 'response.incomplete', 'error'])

export interface StreamEvent {
  readonly type: string
  /** JSON, one character a byte. */
  readonly data: string
}

/** The `data` of whole SSE events; a chunk always ends with one. @param chunk one character a byte */
export function eventsOf(chunk: string): readonly StreamEvent[] {
  const events: StreamEvent[] = []
  for (const block of chunk.split('\n\n')) {
    const at = block.startsWith('data:') ? 0 : block.indexOf('\ndata:') + 1
    if (!block.startsWith('data:', at)) continue
    const data = block.slice(at + 'data:'.length).trim()
    if (!data.startsWith('{')) continue
    events.push({ type: typeOf(data), data })
  }
  return events
}

/** Whether it is the work's own, neither its beginning nor its end. */
export function isKept({ type }: StreamEvent): boolean {
  return type !== '' && !BEGINNINGS.has(type) && !ENDINGS.has(type)
}

/** With another `sequence_number`, at the place of the old one. */
export function numbered(data: string, sequence: number): string {
  let from = -1
  let to = -1
  scanObject(data, 0, (key, start, end) => {
    if (key !== 'sequence_number') return false
    from = start
    to = end
    return true
  })
  if (from !== -1) return `${data.slice(0, from)}${sequence}${data.slice(to)}`
  return `{"sequence_number":${sequence},${data.slice(data.indexOf('{') + 1)}`
}

/** @param members of the event besides `type` and `sequence_number` */
export function eventText(type: string, sequence: number, members: string): string {
  return `{"type":"${type}","sequence_number":${sequence},${members}}`
}

/** As it goes to a client. @param text JSON */
export function sseOf(text: string): string {
  return `event: ${typeOf(text)}\ndata: ${text}\n\n`
}

function typeOf(data: string): string {
  let type = ''
  scanObject(data, 0, (key, start, end) => {
    if (key !== 'type') return false
    type = decodeString(data, start, end) ?? ''
    return true
  })
  return type
}
