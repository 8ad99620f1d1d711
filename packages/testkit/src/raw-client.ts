// A client that does what no HTTP library would: drips a body, never reads, half-closes, resets, sends bytes that are no HTTP.
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { deadlines, nowMs } from './deadlines.ts'
import { HttpResponseReader, type RawResponse } from './http-response-reader.ts'

export interface RawClientOptions {
  readonly host?: string
  /** Trust this authority (PEM) and speak TLS. */
  readonly ca?: string
  /** Keep what arrives, up to this many bytes (default 64 MiB); the rest is read, counted and dropped. */
  readonly keepBytes?: number
  /** Do not read until `resumeReading` or `readSlowly`. */
  readonly paused?: boolean
}

/** Connects. Rejects when the connection is refused. */
export async function connectRaw(port: number, options: RawClientOptions = {}): Promise<RawClient> {
  const host = options.host ?? '127.0.0.1'
  const secure = options.ca !== undefined
  const socket = secure
    ? connectTls({ host, port, ca: options.ca, servername: 'localhost' })
    : connect({ host, port, allowHalfOpen: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once(secure ? 'secureConnect' : 'connect', resolve)
  socket.once('error', reject)
  await promise
  socket.off('error', reject)
  return new RawClient(socket, options)
}

export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  readonly #keepBytes: number
  readonly #kept: Buffer[] = []
  readonly #reader: HttpResponseReader
  readonly #waiters = new Set<() => void>()
  #keptBytes = 0
  #framingError: Error | undefined
  #ticking = false
  /** Bytes that arrived, kept or not. */
  receivedBytes = 0
  /** The socket's error (ECONNRESET...), if it had one. */
  error: Error | undefined
  /** The peer sent FIN. */
  ended = false
  closed = false
  /** When the last bytes came, milliseconds since the epoch. */
  lastBytesAtMs: number | undefined

  constructor(socket: Socket, options: RawClientOptions = {}) {
    this.socket = socket
    this.#keepBytes = options.keepBytes ?? 64 * 1024 * 1024
    this.#reader = new HttpResponseReader()
    socket.setNoDelay(true)
    socket.on('error', (error) => {
      this.error = error
    })
    socket.on('end', () => {
      this.ended = true
      this.#finish()
    })
    socket.on('close', () => {
      this.closed = true
      this.#finish()
    })
    if (options.paused !== true) this.resumeReading()
  }

  /** Sends bytes as they are. Resolves when the kernel has taken them, or the connection is gone. */
  async send(bytes: string | Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.socket.write(bytes, () => resolve())
    await Promise.race([promise, this.whenClosed()])
  }

  /** Sends one piece of `pieceBytes` every `gapMs`, at deadlines. Ends early when the connection is gone. */
  async drip(bytes: string | Uint8Array, gapMs: number, pieceBytes = 1): Promise<void> {
    const all = Buffer.from(bytes)
    const startMs = nowMs()
    const { promise, resolve } = Promise.withResolvers<void>()
    let sent = 0
    const next = (): void => {
      if (sent >= all.length || this.closed || !this.socket.writable) {
        resolve()
        return
      }
      this.socket.write(all.subarray(sent, sent + pieceBytes))
      sent += pieceBytes
      deadlines.at(startMs + (sent / pieceBytes) * gapMs, next)
    }
    next()
    await Promise.race([promise, this.whenClosed()])
  }

  /** A whole request with a JSON body (or another text), Content-Length and Host set. */
  async request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): Promise<void> {
    let head = `${method} ${path} HTTP/1.1\r\nHost: testkit\r\n`
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`
    if (body !== '') head += `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
    await this.send(`${head}\r\n${body}`)
  }

  pauseReading(): void {
    this.#detach()
    this.socket.pause()
  }

  resumeReading(): void {
    this.#detach()
    this.socket.on('data', this.#onData)
    this.socket.resume()
  }

  /** Takes at most this many bytes a second out of the socket, in 20 steps a second; below 20 B/s one byte at a time. */
  readSlowly(bytesPerSecond: number): void {
    this.pauseReading()
    this.#ticking = true
    const stepBytes = Math.max(1, Math.round(bytesPerSecond / 20))
    const gapMs = (stepBytes / bytesPerSecond) * 1000
    const startMs = nowMs()
    let steps = 0
    const step = (): void => {
      if (!this.#ticking || this.closed) return
      const bytes: Buffer | null = this.socket.read(Math.min(stepBytes, Math.max(1, this.socket.readableLength)))
      if (bytes !== null) this.#onData(bytes)
      steps += 1
      deadlines.at(startMs + steps * gapMs, step)
    }
    // A 'readable' listener is what makes a paused stream fill its buffer, and no more than its buffer.
    this.socket.on('readable', ignore)
    step()
  }

  /** Sends FIN and goes on reading. */
  halfClose(): void {
    this.socket.end()
  }

  /** Sends RST. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  close(): void {
    this.#ticking = false
    this.socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.whenClosed()
  }

  /** Everything that was kept of what arrived. */
  get received(): Buffer {
    return Buffer.concat(this.#kept)
  }

  /** Responses that are complete. */
  get responses(): readonly RawResponse[] {
    return this.#reader.finished
  }

  /** The response that is coming in. */
  get current(): RawResponse | undefined {
    return this.#reader.current
  }

  /** What was wrong with the bytes as HTTP. */
  get framingError(): Error | undefined {
    return this.#framingError
  }

  /** The `index`-th complete response. Rejects when the connection ends without it, and after `timeoutMs`. */
  async response(index = 0, timeoutMs = 10_000): Promise<RawResponse> {
    await this.until(() => this.responses[index] !== undefined || this.ended || this.closed, timeoutMs)
    const response = this.responses[index]
    if (response !== undefined) return response
    throw new Error(
      `No whole response ${index}: ${this.#framingError?.message ?? this.error?.message ?? 'the connection ended'}`,
    )
  }

  /** The peer will send no more: FIN or the end of the socket. (After FIN this side stays open until it closes, too.) */
  async whenEnded(timeoutMs = 10_000): Promise<void> {
    await this.until(() => this.ended || this.closed, timeoutMs)
  }

  async whenClosed(timeoutMs = 60_000): Promise<void> {
    await this.until(() => this.closed, timeoutMs)
  }

  /** Resolves when `condition` holds; looked at whenever bytes come, and at the end of the connection. */
  async until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
    if (condition()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (condition()) resolve()
    }
    this.#waiters.add(look)
    const timer = setTimeout(
      () => reject(new Error(`Not within ${timeoutMs} ms; ${this.receivedBytes} bytes came.`)),
      timeoutMs,
    )
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiters.delete(look)
    }
  }

  #detach(): void {
    this.#ticking = false
    this.socket.off('data', this.#onData)
    this.socket.off('readable', ignore)
  }

  readonly #onData = (bytes: Buffer): void => {
    this.receivedBytes += bytes.length
    this.lastBytesAtMs = nowMs()
    if (this.#keptBytes < this.#keepBytes) {
      this.#kept.push(bytes)
      this.#keptBytes += bytes.length
      this.#parse(() => this.#reader.push(bytes))
    }
    for (const look of this.#waiters) look()
  }

  #finish(): void {
    this.#parse(() => this.#reader.close())
    for (const look of this.#waiters) look()
  }

  #parse(step: () => void): void {
    if (this.#framingError !== undefined) return
    try {
      step()
    } catch (error) {
      this.#framingError = error instanceof Error ? error : new Error(String(error))
    }
  }
}

function ignore(): void {}
