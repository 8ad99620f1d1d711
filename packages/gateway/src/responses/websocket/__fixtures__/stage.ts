// A server of WebSocket sessions on a port of its own, whose turns are answered by the test.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { openRawSocket, type RawSocket, type RawSocketOptions } from '@fairlead/testkit'
import { pino } from 'pino'
import { DeadlineWheel } from '../../../core/deadlines.ts'
import { openaiErrorBody, type GatewayError } from '../../../core/errors.ts'
import { OPERATOR, type Principal } from '../../../identity/principal.ts'
import type { RelayRequest } from '../../../relay/ports.ts'
import { createLookup } from '../../../relay/dns-lookup.ts'
import { SessionTransport, SocketBook } from '../../../relay/session-transport.ts'
import type { LocalContexts } from '../../local-contexts.ts'
import type { Caller, SessionLimits, SessionTiming } from '../ports.ts'
import { TIMING } from '../ports.ts'
import { SocketServer } from '../socket-server.ts'

export interface StageOptions {
  readonly limits?: Partial<SessionLimits>
  readonly timing?: Partial<SessionTiming>
  readonly maxBytes?: number
  identify?(caller: Caller): Principal | Promise<Principal>
  /** Each turn; answered at once when absent. */
  serve?(request: RelayRequest, local: LocalContexts): void
}

export const CALLER: Principal = { ...OPERATOR, operator: false, keyId: 'key_a', accountId: 'acc_a' }

const LIMITS: SessionLimits = {
  maxFrameBytes: 1024 * 1024,
  maxBytesInFlight: 64 * 1024 * 1024,
  minBytesPerSecond: 1024,
  writeStallTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  maxPerKey: 10,
  maxPerAccount: 10,
}

export class Stage implements AsyncDisposable {
  readonly served: RelayRequest[] = []
  readonly sockets: SocketServer
  heldBytes = 0
  readonly #server = createServer()
  readonly #wheel = new DeadlineWheel({ tickMs: 5 })

  private constructor(options: StageOptions) {
    const limits = { ...LIMITS, ...options.limits }
    const lookup = createLookup()
    const book = new SocketBook()
    this.sockets = new SocketServer({
      limits: () => limits,
      wheel: this.#wheel,
      log: pino({ level: 'silent' }),
      identify: (caller) => options.identify?.(caller) ?? CALLER,
      serve: (request, local) => {
        this.served.push(request)
        if (options.serve === undefined) answer(request)
        else options.serve(request, local)
      },
      transport: (owner) => new SessionTransport({ lookup, book }, owner),
      holdBytes: (count) => {
        if (this.heldBytes + count > (options.maxBytes ?? Infinity)) return false
        this.heldBytes += count
        return true
      },
      releaseBytes: (count) => (this.heldBytes -= count),
      timing: { ...TIMING, ...options.timing },
      refuse: (socket, error) => refuse(socket, error),
    })
    this.#server.on('upgrade', (request, socket, head) => {
      this.sockets.accept(request, socket as Socket, head, '127.0.0.1', () => undefined)
    })
  }

  static async set(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options)
    stage.#server.listen(0, '127.0.0.1')
    await once(stage.#server, 'listening')
    return stage
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async connect(options: Partial<RawSocketOptions> = {}): Promise<RawSocket> {
    return await openRawSocket({ port: this.port, ...options })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sockets[Symbol.dispose]()
    this.#wheel.close()
    this.#server.closeAllConnections()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}

/** A whole answer, as the relay writes it. */
export function answer({ sink, id }: RelayRequest, text = 'Hello'): void {
  begin({ sink, id })
  sink.write(event('response.output_text.delta', { delta: text }))
  finish({ sink, id })
}

export function begin({ sink, id }: Pick<RelayRequest, 'sink' | 'id'>): void {
  sink.head(200, ['content-type', 'text/event-stream'])
  sink.write(event('response.created', { response: { id: `resp_${id}` } }))
}

export function finish({ sink, id }: Pick<RelayRequest, 'sink' | 'id'>): void {
  sink.write(`${event('response.completed', { response: { id: `resp_${id}` } })}data: [DONE]\n\n`)
  sink.end()
}

export function event(type: string, members: Readonly<Record<string, unknown>>): string {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`).toString('latin1')
}

export function create(members: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { type: 'response.create', model: 'm', input: 'Hi', ...members }
}

function refuse(socket: Socket, error: GatewayError): void {
  const body = openaiErrorBody(error)
  socket.end(`HTTP/1.1 ${error.status} No\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
