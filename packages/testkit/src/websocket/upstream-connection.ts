// One socket at the fake OpenAI: its frames become turns, one at a time, and what was said on it is remembered here and
// nowhere else.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Json } from '../upstream/dialects/json.ts'
import { closePayload, encodeFrame, FrameReader } from './frames.ts'
import type { SocketUpstream } from './socket-upstream.ts'
import { UpstreamTurn } from './upstream-turn.ts'

/** One at a time; the others wait. */
export class UpstreamConnection {
  readonly socket: Socket
  readonly #upstream: SocketUpstream
  readonly #number: number
  readonly #headers: IncomingMessage['headers']
  readonly #behindPort: number
  readonly #reader: FrameReader
  readonly #waiting: Json[] = []
  /** The conversation behind each response that was made here. */
  readonly #memory = new Map<string, readonly unknown[]>()
  #active: UpstreamTurn | undefined
  #steers = 0

  constructor(
    upstream: SocketUpstream,
    number: number,
    socket: Socket,
    headers: IncomingMessage['headers'],
    behindPort: number,
  ) {
    this.#upstream = upstream
    this.#number = number
    this.socket = socket
    this.#headers = headers
    this.#behindPort = behindPort
    this.#reader = new FrameReader(({ opcode, payload }) => {
      if (opcode === 'ping') this.socket.write(encodeFrame('pong', payload, { mask: false }))
      else if (opcode === 'close') this.socket.end(encodeFrame('close', payload, { mask: false }))
      else if (opcode === 'text') this.#onFrame(JSON.parse(payload.toString('utf8')) as Json)
    })
    socket.on('data', (bytes: Buffer) => this.read(bytes))
    socket.once('close', () => this.#active?.abort())
  }

  read(bytes: Buffer): void {
    this.#reader.push(bytes)
  }

  /** Closes as OpenAI does when a connection is too old. */
  hangUp(code: number): void {
    this.socket.end(encodeFrame('close', closePayload(code), { mask: false }))
  }

  #send(event: Json): void {
    if (!this.socket.destroyed) this.socket.write(encodeFrame('text', JSON.stringify(event), { mask: false }))
  }

  #onFrame(frame: Json): void {
    this.#upstream.frames.push({ connection: this.#number, frame })
    if (frame['type'] === 'response.steer') {
      this.#steer(frame)
      return
    }
    this.#waiting.push(frame)
    if (this.#active === undefined) this.#next()
  }

  #next(): void {
    const frame = this.#waiting.shift()
    if (frame !== undefined) this.#start(frame)
  }

  #start(frame: Json): void {
    const { type: _, generate, stream_id: lane, ...body } = frame
    const mark = lane === undefined ? {} : { stream_id: lane }
    const { nextError, breakAfter } = this.#upstream
    this.#upstream.nextError = undefined
    this.#upstream.breakAfter = undefined
    if (nextError !== undefined) {
      this.#send({ ...nextError, ...mark })
      this.#next()
      return
    }
    const previous = body['previous_response_id']
    const known = typeof previous === 'string' ? this.#memory.get(previous) : undefined
    const items = [...(known ?? []), ...itemsOf(body['input'])]
    if (known !== undefined) delete (body as Record<string, unknown>)['previous_response_id']
    if (generate === false) {
      this.#warmUp(body, items, mark)
      return
    }
    const active = new UpstreamTurn(this.#behindPort, this.#headers, { ...body, input: items, stream: true })
    this.#active = active
    let events = 0
    active.run({
      event: (event) => {
        events += 1
        const response = event['response'] as Json | undefined
        if (response !== undefined) active.responseId = String(response['id'])
        const said =
          response === undefined || known === undefined
            ? event
            : { ...event, response: { ...response, previous_response_id: previous } }
        if (/^response\.(completed|incomplete)$/.test(String(event['type'])) && response !== undefined)
          this.#memory.set(String(response['id']), [...items, ...((response['output'] as unknown[] | undefined) ?? [])])
        this.#send({ ...said, ...mark })
        if (events === breakAfter) this.socket.destroy()
        if (
          this.#upstream.steering === 'cut' &&
          active.steered.length > 0 &&
          event['type'] === 'response.output_text.delta'
        )
          this.#cut(active, body, items, mark)
      },
      refused: (status, error) => this.#send({ type: 'error', status, error, ...mark }),
      broken: () => this.socket.destroy(),
      over: () => {
        this.#active = undefined
        if (active.steered.length > 0 && this.#upstream.steering === 'after') this.#goOn(active, body, mark)
        else if (active.steered.length > 0 && this.#upstream.steering === 'pending') {
          for (const { id } of active.steered)
            this.#send({
              type: 'response.steer.pending',
              sequence_number: 0,
              reason: 'waiting_for_required_input',
              required_input: [],
              steer: { id, previous_response_id: active.responseId },
              ...mark,
            })
          this.#next()
        } else this.#next()
      },
    })
  }

  #warmUp(body: Json, items: readonly unknown[], mark: Json): void {
    const id = `resp_warm${this.#number}_${this.#memory.size}`
    this.#memory.set(id, items)
    const response = {
      id,
      object: 'response',
      status: 'completed',
      model: body['model'],
      output: [],
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    }
    this.#send({
      type: 'response.created',
      sequence_number: 0,
      response: { ...response, status: 'in_progress' },
      ...mark,
    })
    this.#send({ type: 'response.completed', sequence_number: 1, response, ...mark })
    this.#next()
  }

  #steer(frame: Json): void {
    const active = this.#active
    const steer = { previous_response_id: frame['previous_response_id'] }
    if (
      active === undefined ||
      active.responseId !== frame['previous_response_id'] ||
      this.#upstream.steering === 'refused'
    ) {
      const error = { type: 'invalid_request_error', code: 'steering_not_supported', message: 'No.' }
      this.#send({
        type: 'response.steer.failed',
        sequence_number: 0,
        steer: { ...steer, input: frame['input'] },
        error,
      })
      return
    }
    this.#steers += 1
    const id = `steer_${this.#number}_${this.#steers}`
    active.steered.push({ id, items: itemsOf(frame['input']) })
    this.#send({ type: 'response.steer.accepted', sequence_number: 0, steer: { id, ...steer } })
  }

  #cut(active: UpstreamTurn, body: Json, items: readonly unknown[], mark: Json): void {
    active.abort()
    const response = {
      ...active.snapshot,
      status: 'incomplete',
      incomplete_details: { reason: 'steered' },
      output: [],
      usage: {
        input_tokens: 3,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 5,
      },
    }
    this.#memory.set(String(active.responseId), items)
    this.#send({ type: 'response.incomplete', sequence_number: 99, response, ...mark })
    this.#active = undefined
    this.#goOn(active, body, mark)
  }

  #goOn(active: UpstreamTurn, body: Json, mark: Json): void {
    const input = active.steered.flatMap(({ items }) => items)
    this.#start({ type: 'response.create', ...body, previous_response_id: active.responseId, input, ...mark })
  }
}

function itemsOf(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}
