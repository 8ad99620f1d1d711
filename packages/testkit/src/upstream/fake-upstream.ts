// One fake upstream: a port that answers as a provider does, at a set pace, with a scripted fault, and keeps its own ledger.
//
//   listener (the port) -> connection (requests on a socket) -> dialect (a good reply) -> faulted (a plan of writes) -> player
//
// Only the dialect knows what a chat completion is; everything else works on bytes and events.
import { nowMs } from '../deadlines.ts'
import { Connection, type ConnectionHost, type Exchange } from './connection.ts'
import { CONTROL_PREFIX, controlReply } from './control.ts'
import { allDialects, type DialectOptions } from './dialects/all.ts'
import { type Dialect, type Incoming, type Reply, ScriptedTrouble } from './dialects/dialect.ts'
import type { Fault } from './fault.ts'
import { FaultBook, type FaultScope } from './fault-book.ts'
import { parseFault } from './fault-text.ts'
import { planOf, scriptUnder } from './faulted.ts'
import { Ledger, type LedgerBounds, type OpenEntry } from './ledger.ts'
import { Listener, type TlsMode } from './listener.ts'
import type { Plan } from './plan.ts'
import { DEFAULT_SCRIPT, findDirective, type Script } from './script.ts'
import {
  AnswerBook,
  answerFrom,
  type AnswerScope,
  type AnswerSource,
  type ScriptedAnswer,
  scriptWith,
} from './scripted-answer.ts'
import { Seals } from './seals.ts'
import { smartAnswer } from './smart-answer.ts'

export interface FakeUpstreamOptions extends DialectOptions {
  /** Default 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly tls?: TlsMode
  /** What every answer is like, unless a request says otherwise. */
  readonly script?: Partial<Script>
  readonly fault?: Fault | string
  /** `any`: signatures and encrypted blobs of other deployments are good too. Default `own`. */
  readonly seals?: 'own' | 'any'
  /** Answers in order, for whatever dialect asks next; then the model is smart. */
  readonly answers?: readonly AnswerSource[]
  /** Default: all of them. The first one that owns a path answers. */
  readonly dialects?: readonly Dialect[]
  readonly ledger?: Partial<LedgerBounds>
}

/** Starts a fake upstream. Rejects when the port is taken. */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const upstream = new FakeUpstream(options)
  for (const answer of options.answers ?? []) upstream.answer(answer)
  await upstream.resume()
  if (options.fault !== undefined) await upstream.setFault(options.fault)
  return upstream
}

/** No provider has such a model, in any dialect: for tests of 404. */
const UNKNOWN_MODEL = /does-not-exist/

/** A fake provider whose model says the user's words again: the usual one for tests across dialects. */
export function startFakeProvider(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  return startFakeUpstream({ ...options, script: { echo: true, ...options.script } })
}

export class FakeUpstream implements AsyncDisposable {
  readonly ledger: Ledger
  readonly #listener: Listener
  readonly #faults = new FaultBook()
  readonly #dialects: readonly Dialect[]
  readonly #fallback: Dialect
  readonly #answers = new AnswerBook()
  readonly #seals: Seals
  readonly #connections = new Set<Connection>()
  readonly #host: string
  #script: Script
  #requests = 0

  constructor(options: FakeUpstreamOptions) {
    this.ledger = new Ledger(options.ledger)
    this.#script = { ...DEFAULT_SCRIPT, ...options.script }
    this.#seals = new Seals(options.seals === 'any')
    const all = allDialects(options)
    this.#fallback = all.openai
    this.#dialects = options.dialects ?? all.list
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

  /**
   * Queues an answer (see scripted-answer.ts), for whatever dialect asks next: the first entry that fits a request is taken. A function
   * is asked with what the dialect understood of the request.
   */
  answer(source: AnswerSource, scope: AnswerScope = {}): void {
    this.#answers.add(source, scope)
  }

  clearAnswers(): void {
    this.#answers.clear()
  }

  /** Scripted answers that nobody has taken yet. */
  get answersWaiting(): number {
    return this.#answers.waiting
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
    const { headers } = exchange.head
    const query = new URLSearchParams(exchange.query)
    const dialect = this.#dialects.find((dialect) => dialect.owns(exchange.path, headers, query)) ?? this.#fallback
    this.ledger.answeredBy(entry, dialect.name)
    const { generates = false, ...glance } = dialect.glance(headers, exchange.path, exchange.body, query)
    Object.assign(entry, glance)
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
    const asking = { key: entry.key, model: entry.model, dialect: dialect.name, body: exchange.body }
    const next = generates ? this.#answers.peek(asking) : undefined
    const scripted: ScriptedAnswer | undefined = typeof next?.source === 'object' ? next.source : undefined
    if (scripted !== undefined) script = scriptWith(script, scripted)
    if (scripted?.fault !== undefined)
      own = typeof scripted.fault === 'string' ? parseFault(scripted.fault) : scripted.fault
    const fault = this.#faults.pick({ method: exchange.method, key: entry.key }, own)
    entry.fault = fault?.kind
    const underFault = scriptUnder(script, fault)
    // Taken when the request is good enough to be answered, or when its own fault is what it gets.
    let used = false
    const use = (): void => {
      if (next !== undefined && !used) this.#answers.use(next)
      used = true
    }
    const incoming: Incoming = {
      id: exchange.id,
      method: exchange.method,
      path: exchange.path,
      query,
      headers,
      body: exchange.body,
      script: underFault,
      createdS: Math.floor(entry.receivedAtMs / 1000),
      seals: this.#seals,
      answer: (question) => {
        if (next === undefined) return smartAnswer(question, underFault)
        use()
        const source = typeof next.source === 'function' ? next.source(question) : next.source
        if (source.trouble !== undefined) throw new ScriptedTrouble({ model: question.model, ...source.trouble })
        return answerFrom(source, question)
      },
    }
    if (fault !== undefined && scripted?.fault !== undefined && fault === own) use()
    const reply = (): Reply =>
      UNKNOWN_MODEL.test(entry.model ?? '')
        ? dialect.error(dialect.trouble({ kind: 'model-not-found', model: entry.model }))
        : dialect.reply(incoming)
    return planOf(reply, fault, underFault, dialect, nowMs())
  }
}
