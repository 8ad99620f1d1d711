// The way to a PostgreSQL server that may go away, freeze, or be replaced by another one behind the same name.
//
//   up ──────── connect fails, or the server stops answering ────────▶ down: everybody is refused at once (503)
//    ▲                                                                   │ one connection at a time asks every second
//    └──────────────────── it answers, and may be written to ◀───────────┘
//
// Nothing waits longer than the time-outs below, and nobody has to be restarted when the server is back.
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Pool, type ClientBase, type PoolClient, type PoolConfig } from 'pg'
import { postgresTypes } from './postgres-types.ts'
import { codesOf, isBroken, reasonOf, unavailable } from './unavailable.ts'

export interface PostgresTimes {
  readonly connectMs: number
  /** Waiting for a connection of the pool. */
  readonly acquireMs: number
  /** Told to the server: a statement that takes longer is ended there. 0 = no end. */
  readonly statementMs: number
  /** Past this the server itself is taken to be gone; a little more than `statementMs`. 0 = no end. */
  readonly answerMs: number
}

export interface PostgresLinkOptions {
  readonly url: string
  /** Connections at most. */
  readonly size?: number
  readonly times?: Partial<PostgresTimes>
  /** Told once whenever the server goes or comes. */
  readonly onChange?: (change: { readonly up: boolean; readonly reason: string }) => void
}

const TIMES: PostgresTimes = { connectMs: 3_000, acquireMs: 5_000, statementMs: 8_000, answerMs: 10_000 }
const SIZE = 10
const IDLE_MS = 60_000
const KEEP_ALIVE_MS = 10_000
const FIRST_PROBE_MS = 100
const LONGEST_PROBE_MS = 1_000
const CROWDED_PAUSE_MS = 100
const WAITED_FOR_OTHERS = 'timeout exceeded when trying to connect'
/** Of SQLSTATE: too many connections, and roles or databases that have their own limit. */
const CROWDED = '53300'

export class PostgresLink implements AsyncDisposable {
  readonly times: PostgresTimes
  readonly #options: PostgresLinkOptions
  readonly #config: PoolConfig
  readonly #pool: Pool
  readonly #sockets = new Set<Socket>()
  #down: unknown
  #gate: unknown
  #closed = false

  constructor(options: PostgresLinkOptions) {
    this.#options = options
    this.times = { ...TIMES, ...options.times }
    this.#config = {
      connectionString: options.url,
      connectionTimeoutMillis: this.times.connectMs,
      query_timeout: this.times.answerMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'fairlead',
      types: postgresTypes,
      stream: () => this.#socket(),
    }
    this.#pool = new Pool({
      ...this.#config,
      // For the pool it is the time of connecting and of waiting for others at once.
      connectionTimeoutMillis: Math.max(this.times.connectMs, this.times.acquireMs),
      max: options.size ?? SIZE,
      idleTimeoutMillis: IDLE_MS,
      onConnect: (client) => this.#greet(client),
    })
    // An idle connection that breaks leaves the pool by itself; the next caller learns whether the server is gone.
    this.#pool.on('error', () => {})
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Everybody is refused with this reason until `open()`. */
  shut(reason: unknown): void {
    this.#gate = reason
  }

  open(): void {
    this.#gate = undefined
  }

  /** Throws 503 `service_unavailable` within `acquireMs`. */
  async acquire(): Promise<PoolClient> {
    const untilMs = performance.now() + this.times.acquireMs
    for (;;) {
      if (this.#closed) throw new Error('The database was closed.')
      const refusal = this.#gate ?? this.#down
      if (refusal !== undefined) throw unavailable(refusal)
      try {
        return await this.#pool.connect()
      } catch (error) {
        // The server has no room for one more, but those that we have come back.
        if (!isCrowded(error)) {
          if (!waitedForOthers(error)) this.#lost(error)
          throw unavailable(error)
        }
        if (performance.now() >= untilMs) throw unavailable(error)
      }
      await sleep(CROWDED_PAUSE_MS)
    }
  }

  /** `error`: what a statement failed with, when that says something about the connection. */
  release(client: PoolClient, error: unknown): void {
    const broken = error !== undefined && isBroken(error)
    // Nobody may find himself in a transaction that somebody else left open.
    client.release(broken || client.getTransactionStatus() !== 'I')
    // Its neighbours lead to the same server, which answers nobody, or may no longer be written to.
    if (broken && (isSilent(error) || isReadOnly(error))) {
      this.#lost(error)
      for (const socket of this.#sockets) socket.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // A server that does not answer would not answer a goodbye either.
    const patience = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, this.times.connectMs)
    await this.#pool.end()
    clearTimeout(patience)
  }

  #lost(error: unknown): void {
    if (this.#down !== undefined || this.#closed) return
    this.#down = error
    this.#options.onChange?.({ up: false, reason: reasonOf(error) })
    void this.#untilBack()
  }

  async #untilBack(): Promise<void> {
    for (let pauseMs = FIRST_PROBE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PROBE_MS)) {
      await sleep(pauseMs, undefined, { ref: false })
      if (this.#closed) return
      try {
        await this.#probe()
        break
      } catch (error) {
        // Refused for want of room: it is there, and callers wait for their turn as usual.
        if (isCrowded(error)) break
        this.#down = error
      }
    }
    this.#down = undefined
    this.#options.onChange?.({ up: true, reason: '' })
  }

  async #probe(): Promise<void> {
    const client = new Client({ ...this.#config, query_timeout: this.times.connectMs })
    client.on('error', () => {})
    try {
      await client.connect()
      await this.#greet(client)
    } finally {
      // Not awaited: whoever froze does not say goodbye.
      void client.end().catch(() => {})
    }
  }

  /** First words on every new connection. They are statements, not start-up parameters, so that pgbouncer passes them. */
  async #greet(client: ClientBase): Promise<void> {
    client.on('error', () => {})
    await client.query(
      `set statement_timeout = ${this.times.statementMs}; set idle_in_transaction_session_timeout = ${this.times.statementMs * 4}`,
    )
    const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
    // During a fail-over the name may lead to a server that only reads, and is behind.
    if (rows[0]?.standby === true) throw new Error('The PostgreSQL server is only a standby, and cannot be written to.')
  }

  #socket(): Socket {
    const socket = new Socket()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }
}

function isCrowded(error: unknown): boolean {
  return error instanceof Error && codesOf(error).code === CROWDED
}

function waitedForOthers(error: unknown): boolean {
  return error instanceof Error && error.message === WAITED_FOR_OTHERS
}

/** The server took the question and said nothing at all: a slow statement it would have ended itself. */
function isSilent(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && codesOf(error).code === '25006'
}
