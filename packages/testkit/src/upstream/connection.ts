// One client's connection: reads requests one after another, has each answered, notices at once when the client leaves.
import type { Socket } from 'node:net'
import { nowMs } from '../deadlines.ts'
import { BodyReader, FramingError, framingOf, type HeaderBlock, parseHead } from '../http-body.ts'
import type { Ledger, OpenEntry } from './ledger.ts'
import { headWrite, type Plan } from './plan.ts'
import { Player } from './player.ts'

const MAX_HEAD_BYTES = 256 * 1024
/** Bytes of further requests that may wait while one is answered. */
const MAX_WAITING_BYTES = 1024 * 1024

export interface Exchange {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly head: HeaderBlock
  readonly body: Buffer
}

export interface ConnectionHost {
  readonly ledger: Ledger
  nextId(): string
  /** True for paths that are the testkit's own and not counted. */
  isControl(path: string): boolean
  /** What to answer; fills the entry's model, key and fault. */
  plan(exchange: Exchange, entry: OpenEntry): Plan | Promise<Plan>
}

interface Reading {
  readonly head: HeaderBlock
  readonly method: string
  readonly path: string
  readonly query: string
  readonly entry: OpenEntry
  readonly payload: Buffer[]
  readonly body: BodyReader
}

export class Connection {
  readonly #socket: Socket
  readonly #host: ConnectionHost
  #waiting: Buffer = Buffer.alloc(0)
  #reading: Reading | undefined
  #player: Player | undefined
  #entry: OpenEntry | undefined
  #gone = false

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.#data(bytes))
    // A client that sends FIN in the middle of an exchange has left; no HTTP client of ours half-closes.
    socket.once('end', () => this.#leave())
    socket.once('close', () => this.#leave())
    socket.on('error', () => this.#leave())
  }

  /** True when no request is being read or answered. */
  get idle(): boolean {
    return this.#entry === undefined && this.#waiting.length === 0
  }

  destroy(): void {
    this.#player?.stop()
    this.#socket.destroy()
  }

  reset(): void {
    this.#player?.stop()
    this.#socket.resetAndDestroy()
  }

  #leave(): void {
    if (this.#gone) return
    this.#gone = true
    this.#player?.stop()
    if (this.#entry !== undefined) this.#host.ledger.end(this.#entry, 'client-gone')
    this.#entry = undefined
    this.#socket.destroy()
  }

  #data(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
    if (this.#player !== undefined || (this.#entry !== undefined && this.#reading === undefined)) {
      if (this.#waiting.length > MAX_WAITING_BYTES) this.#socket.pause()
      return
    }
    this.#advance()
  }

  #advance(): void {
    try {
      this.#reading ??= this.#readHead()
      const reading = this.#reading
      if (reading === undefined) return
      this.#waiting = reading.body.push(this.#waiting)
      if (reading.body.ended) void this.#answer(reading)
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      this.#socket.end(headWrite(400, { 'content-length': '0', connection: 'close' }).bytes)
    }
  }

  #readHead(): Reading | undefined {
    const end = this.#waiting.indexOf('\r\n\r\n')
    if (end < 0) {
      if (this.#waiting.length > MAX_HEAD_BYTES) throw new FramingError('a request head of more than 256 KiB')
      return undefined
    }
    const receivedAtMs = nowMs()
    const head = parseHead(this.#waiting.toString('latin1', 0, end))
    this.#waiting = this.#waiting.subarray(end + 4)
    const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(head.startLine) ?? []
    if (method === undefined || target === undefined) throw new FramingError('not a request line')
    const [path = '', query = ''] = target.split('?', 2)
    const entry = blankEntry(this.#host.nextId(), method, path, query, head, receivedAtMs)
    this.#entry = entry
    if (!this.#host.isControl(path)) this.#host.ledger.begin(entry)
    if (head.headers['expect']?.toLowerCase() === '100-continue') this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    const payload: Buffer[] = []
    const body = new BodyReader(framingOf(head.headers, 'none'), (bytes) => {
      payload.push(bytes)
      entry.bodyBytes += bytes.length
      this.#host.ledger.changed()
    })
    return { head, method, path, query, entry, payload, body }
  }

  async #answer({ head, method, path, query, entry, payload }: Reading): Promise<void> {
    this.#reading = undefined
    const body = payload.length === 1 && payload[0] !== undefined ? payload[0] : Buffer.concat(payload)
    const { ledger } = this.#host
    if (!this.#host.isControl(path)) ledger.keepBody(entry, body)
    const made = this.#host.plan({ id: entry.id, method, path, query, head, body }, entry)
    // Not awaited when it is there already: an answer should leave in the turn in which its request came.
    const plan = made instanceof Promise ? await made : made
    if (this.#gone) return
    // The entry knows its model, key and fault by now.
    ledger.changed()
    this.#player = new Player(this.#socket, plan, entry, ledger, () => this.#done(head))
    this.#player.start()
  }

  #done(head: HeaderBlock): void {
    this.#player = undefined
    this.#entry = undefined
    if (head.headers['connection']?.toLowerCase() === 'close') {
      this.#socket.end()
      return
    }
    this.#socket.resume()
    if (this.#waiting.length > 0) this.#advance()
  }
}

function blankEntry(
  id: string,
  method: string,
  path: string,
  query: string,
  head: HeaderBlock,
  receivedAtMs: number,
): OpenEntry {
  return {
    id,
    method,
    path,
    query,
    receivedAtMs,
    headers: head.headers,
    headerLines: head.lines,
    dialect: undefined,
    model: undefined,
    key: undefined,
    stream: false,
    bodyBytes: 0,
    body: Buffer.alloc(0),
    fault: undefined,
    status: undefined,
    tokensServed: { prompt: 0, completion: 0 },
    eventsWritten: 0,
    firstByteAtMs: undefined,
    end: undefined,
    clientGoneAtMs: undefined,
    endedAtMs: undefined,
  }
}
