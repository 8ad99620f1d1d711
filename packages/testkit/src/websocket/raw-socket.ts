// A WebSocket client that does what no library would: floods, claims frames that never come, answers no ping, reads
// nothing. A polite one too, when it is asked nicely.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import {
  acceptKey,
  closePayload,
  encodeFrame,
  FrameReader,
  type FrameOptions,
  type Opcode,
  type SocketFrame,
} from './frames.ts'

export interface RawSocketOptions {
  readonly port: number
  readonly host?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes to send right behind the handshake, in the same write. */
  readonly head?: Uint8Array
  /** Answer pings. Default true. */
  readonly pongs?: boolean
}

/** An upgrade that was refused. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused'
  readonly status: number
  readonly head: string
  readonly body: string

  constructor(status: number, head: string, body: string) {
    super(`refused with ${status}: ${body.slice(0, 200)}`)
    this.status = status
    this.head = head
    this.body = body
  }
}

/** Rejects with `UpgradeRefused`, or with the socket's error. */
export async function openRawSocket(options: RawSocketOptions): Promise<RawSocket> {
  const { port, host = '127.0.0.1', path = '/v1/responses', headers = {} } = options
  const socket = connect({ host, port, noDelay: true })
  const key = randomBytes(16).toString('base64')
  const lines = Object.entries({
    host: `${host}:${port}`,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const { promise, resolve, reject } = Promise.withResolvers<RawSocket>()
  let waiting = Buffer.alloc(0)
  let head = ''
  const onData = (bytes: Buffer): void => {
    waiting = Buffer.concat([waiting, bytes])
    if (head !== '') return
    const end = waiting.indexOf('\r\n\r\n')
    if (end === -1) return
    head = waiting.toString('latin1', 0, end)
    waiting = waiting.subarray(end + 4)
    if (!head.startsWith('HTTP/1.1 101 ')) return
    socket.off('data', onData)
    socket.off('error', reject)
    if (!head.includes(acceptKey(key))) {
      reject(new Error('the handshake was answered with a wrong key'))
      return
    }
    resolve(new RawSocket(socket, head, waiting, options.pongs ?? true))
  }
  socket.on('data', onData)
  socket.once('error', reject)
  socket.once('close', () => {
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0)
    reject(new UpgradeRefused(status, head, waiting.toString('utf8')))
  })
  socket.write(
    Buffer.concat([Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), options.head ?? Buffer.alloc(0)]),
  )
  return await promise
}

export class RawSocket implements AsyncDisposable {
  readonly socket: Socket
  /** Of the answer to the handshake. */
  readonly head: string
  readonly frames: SocketFrame[] = []
  /** What text frames held. */
  readonly events: Readonly<Record<string, unknown>>[] = []
  /** Close frame, if one came. */
  close: { readonly code: number; readonly reason: string } | undefined
  closed = false
  pongs: boolean
  readonly #watchers = new Set<() => void>()

  constructor(socket: Socket, head: string, first: Buffer, pongs: boolean) {
    this.socket = socket
    this.head = head
    this.pongs = pongs
    const reader = new FrameReader((frame) => this.#onFrame(frame))
    socket.on('data', (bytes: Buffer) => reader.push(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.#tell()
    })
    if (first.length > 0) reader.push(first)
  }

  frame(opcode: Opcode, payload: string | Uint8Array = '', options: FrameOptions = {}): boolean {
    return this.socket.write(encodeFrame(opcode, payload, options))
  }

  json(value: unknown): boolean {
    return this.frame('text', JSON.stringify(value))
  }

  /** The first event that fits, waited for. Rejects when the socket closes, or after `timeoutMs`. */
  async event(
    fits: (event: Readonly<Record<string, unknown>>) => boolean,
    timeoutMs = 10_000,
  ): Promise<Readonly<Record<string, unknown>>> {
    return await this.until(() => this.events.find(fits), timeoutMs)
  }

  async until<T>(find: () => T | undefined, timeoutMs = 10_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const look = (): void => {
      const found = find()
      if (found !== undefined) resolve(found)
      else if (this.closed)
        reject(new Error(`the socket closed (${JSON.stringify(this.close ?? null)}): ${this.#tail()}`))
    }
    const timer = setTimeout(() => reject(new Error(`nothing came in ${timeoutMs} ms: ${this.#tail()}`)), timeoutMs)
    this.#watchers.add(look)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#watchers.delete(look)
    }
  }

  /** Resolves when the connection is gone; the close frame that came before it, if one did. */
  async whenClosed(timeoutMs = 10_000): Promise<{ readonly code: number; readonly reason: string } | undefined> {
    if (!this.closed) await this.until(() => (this.closed ? true : undefined), timeoutMs)
    return this.close
  }

  /** Says goodbye, and hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return
    this.socket.resume()
    this.socket.end(encodeFrame('close', closePayload(1000)))
    const timer = setTimeout(() => this.socket.destroy(), 500)
    await this.whenClosed(5_000).finally(() => clearTimeout(timer))
  }

  #onFrame(frame: SocketFrame): void {
    this.frames.push(frame)
    if (frame.opcode === 'text') this.events.push(JSON.parse(frame.payload.toString('utf8')) as Record<string, unknown>)
    else if (frame.opcode === 'ping' && this.pongs) this.frame('pong', frame.payload)
    else if (frame.opcode === 'close') {
      const { payload } = frame
      this.close = { code: payload.length < 2 ? 1005 : payload.readUInt16BE(), reason: payload.toString('utf8', 2) }
      if (this.pongs) this.socket.end(encodeFrame('close', payload))
    }
    this.#tell()
  }

  #tell(): void {
    for (const look of this.#watchers) look()
  }

  #tail(): string {
    return JSON.stringify(this.events.slice(-3)).slice(0, 600)
  }
}
