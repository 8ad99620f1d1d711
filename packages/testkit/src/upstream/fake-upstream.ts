// One fake upstream: a port that answers as a provider does, at a set pace, with a scripted fault, and keeps its own ledger.
//
//   listener (the port) -> connection (requests on a socket) -> dialect (a good reply) -> faulted (a plan of writes) -> player
//
// Only the dialect knows what a chat completion is; everything else works on bytes and events.
import { nowMs } from '../deadlines.ts'
import { Connection, type ConnectionHost, type Exchange } from './connection.ts'
import { CONTROL_PREFIX, controlReply } from './control.ts'
import type { Dialect } from './dialects/dialect.ts'
import { openAiDialect, type OpenAiOptions } from './dialects/openai/index.ts'
import type { Fault } from './fault.ts'
import { FaultBook, type FaultScope } from './fault-book.ts'
import { parseFault } from './fault-text.ts'
import { planOf, scriptUnder } from './faulted.ts'
import { Ledger, type LedgerBounds, type OpenEntry } from './ledger.ts'
import { Listener, type TlsMode } from './listener.ts'
import type { Plan } from './plan.ts'
import { DEFAULT_SCRIPT, findDirective, type Script } from './script.ts'

export interface FakeUpstreamOptions {
  /** Default 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly tls?: TlsMode
  /** What every answer is like, unless a request says otherwise. */
  readonly script?: Partial<Script>
  readonly fault?: Fault | string
  readonly openai?: OpenAiOptions
  /** Default: OpenAI's alone. The first one that owns a path answers. */
  readonly dialects?: readonly Dialect[]
  readonly ledger?: Partial<LedgerBounds>
}

/** Starts a fake upstream. Rejects when the port is taken. */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const upstream = new FakeUpstream(options)
  await upstream.resume()
  if (options.fault !== undefined) await upstream.setFault(options.fault)
  return upstream
}

export class FakeUpstream implements AsyncDisposable {
  readonly ledger: Ledger
  readonly #listener: Listener
  readonly #faults = new FaultBook()
  readonly #dialects: readonly Dialect[]
  readonly #fallback: Dialect
  readonly #connections = new Set<Connection>()
  readonly #host: string
  #script: Script
  #requests = 0

  constructor(options: FakeUpstreamOptions) {
    this.ledger = new Ledger(options.ledger)
    this.#script = { ...DEFAULT_SCRIPT, ...options.script }
    this.#fallback = openAiDialect(options.openai)
    this.#dialects = options.dialects ?? [this.#fallback]
    this.#host = options.host ?? '127.0.0.1'
    const host: ConnectionHost = {
      ledger: this.ledger,
      nextId: () => this.#nextId(),
      isControl: (path) => path.startsWith(CONTROL_PREFIX),
      plan: (exchange, entry) => this.#plan(exchange, entry),
    }
    this.#listener = new Listener(this.#host, options.port ?? 0, options.tls, (socket) => {
      const connection = new Connection(socket, host)
      this.#connections.add(connection)
      this.ledger.connected()
      socket.once('close', () => {
        this.#connections.delete(connection)
        this.ledger.disconnected()
      })
    })
  }

  get port(): number {
    return this.#listener.port
  }

  /** `http://127.0.0.1:PORT`. A TLS upstream is named localhost, as its certificate is. */
  get origin(): string {
    const { scheme, port } = this.#listener
    return `${scheme}://${scheme === 'https' ? 'localhost' : this.#host}:${port}`
  }

  /** The base URL to configure: origin and `/v1`. */
  get url(): string {
    return `${this.origin}/v1`
  }

  /** PEM of the authority to trust, when it speaks TLS. */
  get ca(): string | undefined {
    return this.#listener.ca
  }

  /**
   * Sets a fault, as an object or as text (`stall@5`, see parseFault): for every request, for one key, or for the next so
   * many. `undefined` without a scope makes everything well again, and with a key, that key. `refuse` closes the port;
   * anything else opens it again.
   */
  async setFault(fault: Fault | string | undefined, scope: FaultScope = {}): Promise<void> {
    const parsed = typeof fault === 'string' ? parseFault(fault) : fault
    if (parsed === undefined && scope.forKey !== undefined) this.#faults.clearKey(scope.forKey)
    else this.#faults.set(parsed, scope)
    if (parsed?.kind === 'refuse') this.pause()
    else await this.resume()
  }

  /** Changes what every answer is like from now on. */
  setScript(script: Partial<Script>): void {
    this.#script = { ...this.#script, ...script }
  }

  /** Closes the port and the idle connections; with `kill`, resets all of them, as the kernel does for a killed process. */
  pause(options: { readonly kill?: boolean } = {}): void {
    this.#listener.closePort()
    for (const connection of this.#connections) {
      if (options.kill === true) connection.reset()
      else if (connection.idle) connection.destroy()
    }
  }

  /** Opens the port again, under the same number. */
  async resume(): Promise<void> {
    await this.#listener.open()
  }

  async close(): Promise<void> {
    this.#listener.closePort()
    for (const connection of this.#connections) connection.destroy()
    const closed = [...this.#listener.sockets].map(async (socket) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      socket.once('close', () => resolve())
      socket.destroy()
      await promise
    })
    await Promise.all(closed)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #nextId(): string {
    this.#requests += 1
    return `tk${this.#requests.toString(36).padStart(8, '0')}`
  }

  #plan(exchange: Exchange, entry: OpenEntry): Plan | Promise<Plan> {
    if (exchange.path.startsWith(CONTROL_PREFIX)) {
      const reply = controlReply(this, exchange)
      return reply.then((good) => planOf(() => good, undefined, DEFAULT_SCRIPT, this.#fallback, nowMs()))
    }
    const dialect = this.#dialects.find((dialect) => dialect.owns(exchange.path)) ?? this.#fallback
    const { headers } = exchange.head
    Object.assign(entry, dialect.glance(headers, exchange.path, exchange.body))
    let script = this.#script
    let own: Fault | undefined
    try {
      const directive = findDirective(headers['x-testkit'], exchange.body)
      script = { ...script, ...directive.script }
      own = directive.fault
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const reply = dialect.error({ status: 400, message, type: 'testkit_error' })
      return planOf(() => reply, undefined, DEFAULT_SCRIPT, dialect, nowMs())
    }
    const fault = this.#faults.pick({ method: exchange.method, key: entry.key }, own)
    entry.fault = fault?.kind
    const scripted = scriptUnder(script, fault)
    const reply = () =>
      dialect.reply({
        id: exchange.id,
        method: exchange.method,
        path: exchange.path,
        headers,
        body: exchange.body,
        script: scripted,
        createdS: Math.floor(entry.receivedAtMs / 1000),
      })
    return planOf(reply, fault, scripted, dialect, nowMs())
  }
}
