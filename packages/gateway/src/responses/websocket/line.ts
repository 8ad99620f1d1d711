// The line to one WebSocket client, below its frames' meaning: whether anybody is there, who waits for whom, how much may
// come how fast, and the goodbye.

import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { Deadline } from '../../core/deadlines.ts'
import { Intake, LeakyBucket } from './intake.ts'
import { CLOSE, type SessionPorts, type SessionTiming } from './ports.ts'
import type { FrameWriter } from './socket-sink.ts'

/** Who floods is not listened to for long. */
const HASTE_MS = 1_000

export interface LineOwner {
  /** A text frame. */
  lineSaid(text: Buffer): void
  /** After `send` said false: the client has caught up. */
  lineDrained(): void
  /** Nobody listens any more, though the line may still be open for a moment. May come more than once. */
  lineGone(): void
  /** The last word. */
  lineClosed(code: number): void
  /** When the owner has something to do that nobody will remind it of; Infinity = never. */
  readonly dueMs: number
  onDue(nowMs: number): void
}

export class Line extends Deadline implements FrameWriter {
  /** When the client was heard last, monotonic. */
  heardMs: number
  readonly #ports: SessionPorts
  readonly #timing: SessionTiming
  readonly #socket: WebSocket
  readonly #stream: Socket
  readonly #intake: Intake
  #owner: LineOwner | null = null
  /** Frames that are refused, and pings: one is a mistake, hundreds are an attack. */
  readonly #faults = new LeakyBucket(100, 1)
  readonly #pings = new LeakyBucket(200, 10)
  #pingedMs = 0
  /** Since when the client takes nothing, monotonic; 0 = it does. */
  #stalledSinceMs = 0
  /** Our goodbye is said: nothing more is sent or heard. */
  #closing = false
  #ended = false

  /** @param stream below the socket */
  constructor(ports: SessionPorts, timing: SessionTiming, socket: WebSocket, stream: Socket) {
    super()
    this.#ports = ports
    this.#timing = timing
    this.#socket = socket
    this.#stream = stream
    this.#intake = new Intake(ports)
    this.heardMs = performance.now()
  }

  /** Nothing is said before. */
  open(owner: LineOwner): void {
    this.#owner = owner
    const socket = this.#socket
    const stream = this.#stream
    // Before the library reads it, and after.
    stream.prependListener('data', (bytes: Buffer) => this.#onBytes(bytes.length))
    stream.on('data', () => this.#onRead())
    stream.on('drain', () => this.#onDrain())
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('ping', (data) => this.#onPing(data.length))
    socket.on('pong', (data) => this.#intake.control(data.length))
    socket.on('error', (error) => this.#onError(error))
    socket.on('close', (code) => this.#onClose(code))
    this.arm()
  }

  get gone(): boolean {
    return this.#closing || this.#ended || this.#socket.readyState !== this.#socket.OPEN
  }

  // --- what comes in ---

  #onBytes(count: number): void {
    this.heardMs = performance.now()
    if (this.#ended || this.#closing) return
    const begins = this.#intake.sinceMs === 0
    if (!this.#intake.read(count, this.heardMs)) {
      this.close(CLOSE.tryAgainLater, 'the gateway holds as many bytes as it may')
    } else if (begins) this.arm()
  }

  #onRead(): void {
    // The client has said goodbye: its turns are nobody's any more, however long it takes to hang up.
    if (!this.#closing && this.#socket.readyState !== this.#socket.OPEN) this.#owner?.lineGone()
  }

  #onPing(payloadBytes: number): void {
    this.#intake.control(payloadBytes)
    if (!this.#pings.add(this.heardMs)) this.close(CLOSE.policy, 'too many pings')
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#intake.message()
    if (this.#closing || this.#ended) return
    if (isBinary || !Buffer.isBuffer(data)) this.close(CLOSE.unsupportedData, 'text frames only')
    else this.#owner?.lineSaid(data)
  }

  /** What was said made no sense; once or twice is a mistake. */
  countFault(): void {
    if (!this.#faults.add(performance.now())) this.close(CLOSE.policy, 'too many bad frames')
  }

  // --- what goes out ---

  send(frame: string): boolean {
    if (this.gone) return true
    this.#socket.send(Buffer.from(frame, 'latin1'), { binary: false, compress: false })
    if (!this.#stream.writableNeedDrain) return true
    if (this.#stalledSinceMs === 0) {
      this.#stalledSinceMs = performance.now()
      // Whoever does not read is not listened to either.
      this.#socket.pause()
      this.arm()
    }
    return false
  }

  keepAlive(): void {
    if (!this.gone && this.#stalledSinceMs === 0) this.#socket.ping()
  }

  #onDrain(): void {
    if (this.#stalledSinceMs === 0) return
    this.#stalledSinceMs = 0
    this.heardMs = performance.now()
    this.#socket.resume()
    this.#owner?.lineDrained()
  }

  // --- the end ---

  cut(): void {
    this.#socket.terminate()
  }

  /** Says goodbye; whatever still runs ends. */
  close(code: number, reason: string): void {
    if (this.#closing || this.#ended) return
    this.#socket.close(code, reason)
    this.#goodbye(code === CLOSE.policy ? HASTE_MS : this.#timing.closeMs)
  }

  #onError(error: Error): void {
    // The library has answered with the fitting close code: too large, not UTF-8, not masked…
    this.#ports.log.debug({ err: error }, 'a WebSocket broke the rules')
    this.#goodbye(HASTE_MS)
  }

  #goodbye(patienceMs: number): void {
    this.#closing = true
    this.#owner?.lineGone()
    if (this.#ended) return
    // The client's own goodbye is still to be heard.
    this.#socket.resume()
    this.#ports.wheel.arm(this, performance.now() + Math.min(patienceMs, this.#timing.closeMs))
  }

  #onClose(code: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#ports.wheel.disarm(this)
    this.#intake.message()
    this.#owner?.lineGone()
    this.#owner?.lineClosed(code)
  }

  // --- time ---

  override onDeadline(nowMs: number): void {
    if (this.#closing) {
      this.#socket.terminate()
      return
    }
    const { writeStallTimeoutMs, minBytesPerSecond } = this.#ports.limits()
    if (this.#stalledSinceMs > 0) {
      if (nowMs - this.#stalledSinceMs >= writeStallTimeoutMs) this.#giveUp('does not read what it is sent')
    } else this.#askWhoIsThere(nowMs)
    if (this.#intake.isTooSlow(minBytesPerSecond, nowMs)) this.close(CLOSE.policy, 'a message arrived too slowly')
    if (this.gone) return
    const owner = this.#owner
    if (owner !== null && nowMs >= owner.dueMs) owner.onDue(nowMs)
    this.arm()
  }

  #askWhoIsThere(nowMs: number): void {
    const { pingMs, pongMs } = this.#timing
    const silentMs = nowMs - this.heardMs
    if (silentMs < pingMs) return
    if (this.#pingedMs <= this.heardMs) {
      this.#pingedMs = nowMs
      this.#socket.ping()
    } else if (silentMs >= pingMs + pongMs) this.#giveUp('does not answer')
  }

  #giveUp(why: string): void {
    this.#ports.log.info(`a WebSocket client ${why}`)
    this.#socket.terminate()
  }

  /** After anything that may make something due earlier. */
  arm(): void {
    if (this.#closing || this.#ended) return
    this.#ports.wheel.arm(this, Math.min(this.#dueMs, this.#owner?.dueMs ?? Infinity))
  }

  get #dueMs(): number {
    const { pingMs, pongMs } = this.#timing
    const dueMs =
      this.#stalledSinceMs > 0
        ? this.#stalledSinceMs + this.#ports.limits().writeStallTimeoutMs
        : this.heardMs + pingMs + (this.#pingedMs > this.heardMs ? pongMs : 0)
    // A message that has begun is looked at every second, behind its grace.
    return Math.min(dueMs, Math.max(this.#intake.dueMs, performance.now() + 1_000))
  }
}
