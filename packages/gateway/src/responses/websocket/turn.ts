// One turn of a session, from its frame to its last event.

import { parseJsonObject, objectOf, stringOf } from '../../core/json.ts'
import type { SessionTurn } from '../../relay/session-transport.ts'
import type { CreateFrame, SteerFrame } from './client-frame.ts'
import { SocketSink, type FrameWriter } from './socket-sink.ts'
import { itemsOf, type SteerFault } from './steering.ts'

interface Steer {
  readonly items: string
  /** The upstream's own name of it; null until it has taken it. */
  id: string | null
}

export class Turn {
  readonly frame: CreateFrame
  readonly sink: SocketSink
  /** To upstreams that speak WebSocket. */
  readonly way: SessionTurn
  readonly #writer: FrameWriter
  #steers: Steer[] = []
  /** What is to be said only behind the response's own end. */
  #late: string[] = []
  #over = false
  /** The upstream waits for results of tools, with what was steered in. */
  waitsForInput = false

  constructor(writer: FrameWriter, frame: CreateFrame, way: SessionTurn, onEnd: (turn: Turn) => void) {
    this.frame = frame
    this.way = way
    this.#writer = writer
    this.sink = new SocketSink(writer, frame.streamId, () => {
      this.#over = true
      for (const late of this.#late.splice(0)) writer.send(late)
      onEnd(this)
    })
  }

  /** What was steered in and is to go on, in order. */
  get steered(): readonly string[] {
    return this.#steers.filter(({ id }) => id !== null).map(({ items }) => items)
  }

  /** @returns why it cannot be; null = it was sent to the upstream, which will answer */
  steer({ input }: SteerFrame): SteerFault | null {
    const items = itemsOf(input)
    if (items === null) return 'invalid_input'
    if (!this.way.steer(input)) return 'steering_not_supported'
    this.#steers.push({ items, id: null })
    return null
  }

  /** What the upstream says about that, in its own names. @param frame latin1 */
  heard(frame: string): void {
    const event = parseJsonObject(frame)
    const id = stringOf(objectOf(event?.['steer'])?.['id']) ?? null
    const type = stringOf(event?.['type'])
    const first = this.#steers.find((steer) => steer.id === null)
    if (type === 'response.steer.accepted' && first !== undefined) first.id = id ?? ''
    else if (type === 'response.steer.failed')
      this.#steers = this.#steers.filter((steer) => (id === null ? steer !== first : steer.id !== id))
    else if (type === 'response.steer.pending') this.waitsForInput = true
    const { upstreamId } = this.way
    const { responseId } = this.sink
    const told = upstreamId === null || responseId === null ? frame : frame.replaceAll(upstreamId, responseId)
    const said = this.sink.marked(told)
    if (type === 'response.steer.pending' && !this.#over) this.#late.push(said)
    else this.#writer.send(said)
  }
}
