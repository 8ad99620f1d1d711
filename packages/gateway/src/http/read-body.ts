// The body of a request, under every limit that a careless or hostile client must be held to: size, speed, encoding,
// and what all the bodies on their way take together.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { errorCode } from '../core/error-code.ts'
import { GatewayError } from '../core/errors.ts'
import { IntrusiveList, ListNode } from '../core/intrusive-list.ts'

export interface BodyLimits {
  readonly maxBodyBytes: number
  /** A body must come at least this fast, the grace aside; 0 = any speed. */
  readonly minBytesPerSecond: number
  /** All bodies that are being read, together. */
  readonly maxPendingBytes: number
}

interface BodyTimes {
  /** How far a body may be behind its slowest allowed pace, and so also how long it may stand still. */
  readonly graceMs: number
  readonly sweepMs: number
}

const TIMES: BodyTimes = { graceMs: 10_000, sweepMs: 1_000 }
/** A compressed body may grow this many times, no more: a bomb does a thousand. */
const MAX_RATIO = 100
/** Small texts of one repeated letter compress better than any honest limit on the ratio allows for. */
const RATIO_FLOOR_BYTES = 1024 * 1024

export type BodyCallback = (error: GatewayError | null, body: Buffer) => void

/** Whose body it is. */
export interface BodyOwner {
  readonly headers: IncomingHttpHeaders
  /** Nobody is left to answer. */
  readonly destroyed: boolean
}

/** A body on its way. */
export interface BodyIntake {
  add(chunk: Buffer): void
  end(): void
}

export class BodyReader implements Disposable {
  readonly #limits: () => BodyLimits
  readonly #times: BodyTimes
  readonly #pending = new IntrusiveList<PendingBody>()
  #pendingBytes = 0
  #sweep: NodeJS.Timeout | undefined
  #sweptMs = 0

  constructor(limits: () => BodyLimits, times: BodyTimes = TIMES) {
    this.#limits = limits
    this.#times = times
  }

  /** How many bodies are not whole yet. */
  get waiting(): number {
    return this.#pending.size
  }

  /** Bytes of bodies that are not whole yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** As `open`, of a request that is read here. */
  read(request: IncomingMessage, callback: BodyCallback, maxBodyBytes?: number): void {
    const intake = this.open(request, callback, maxBodyBytes)
    if (intake === null) return
    request.on('data', (chunk: Buffer) => intake.add(chunk))
    request.on('end', () => intake.end())
  }

  /**
   * Calls back once: with the decompressed body, or with the error to answer. Not at all when the client goes away.
   * @returns null when it has been refused already
   */
  open(owner: BodyOwner, callback: BodyCallback, maxBodyBytes = this.#limits().maxBodyBytes): BodyIntake | null {
    if (declaresMoreThan(owner, maxBodyBytes)) {
      callback(tooLarge(maxBodyBytes), EMPTY)
      return null
    }
    const nowMs = performance.now()
    const { maxPendingBytes } = this.#limits()
    const body = new PendingBody(this, owner, callback, {
      maxBodyBytes,
      maxPendingBytes,
      dueMs: nowMs + this.#times.graceMs,
    })
    this.#pending.add(body.node)
    this.#startSweep(nowMs)
    return body
  }

  /** As `open`, of a body that is here already. */
  whole(owner: BodyOwner, body: Buffer, callback: BodyCallback, maxBodyBytes = this.#limits().maxBodyBytes): void {
    if (body.length > maxBodyBytes) callback(tooLarge(maxBodyBytes), EMPTY)
    else if (this.#pendingBytes + body.length > this.#limits().maxPendingBytes) callback(overloaded(), EMPTY)
    else deliver(owner, body, maxBodyBytes, callback)
  }

  /** @returns all that are pending, together */
  count(bytes: number): number {
    this.#pendingBytes += bytes
    return this.#pendingBytes
  }

  forget(body: PendingBody): void {
    if (this.#pending.remove(body.node)) this.#pendingBytes -= body.bytes
  }

  #startSweep(nowMs: number): void {
    if (this.#sweep !== undefined) return
    this.#sweptMs = nowMs
    this.#sweep = setInterval(() => this.#sweepSlow(performance.now()), this.#times.sweepMs).unref()
  }

  #sweepSlow(nowMs: number): void {
    const { minBytesPerSecond } = this.#limits()
    const { graceMs, sweepMs } = this.#times
    // A process that stood still could not read, and blames nobody for it.
    const lostMs = Math.max(0, nowMs - this.#sweptMs - 2 * sweepMs)
    this.#sweptMs = nowMs
    for (const { owner: body } of this.#pending.nodes()) {
      // Gone before its end: nobody is left to answer. (A listener for it would cost every request.)
      if (body.owner.destroyed) {
        this.forget(body)
        continue
      }
      if (minBytesPerSecond === 0) continue
      // Bytes buy time, but never more than the grace: a large part sent at once is no licence to hold it for hours.
      const boughtMs = ((body.bytes - body.countedBytes) / minBytesPerSecond) * 1_000
      body.countedBytes = body.bytes
      body.dueMs = Math.min(body.dueMs + boughtMs, nowMs + graceMs) + lostMs
      if (nowMs >= body.dueMs) body.fail(tooSlow())
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#sweep)
      this.#sweep = undefined
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep)
  }
}

interface PendingLimits {
  readonly maxBodyBytes: number
  readonly maxPendingBytes: number
  readonly dueMs: number
}

class PendingBody implements BodyIntake {
  readonly node = new ListNode<PendingBody>(this)
  readonly owner: BodyOwner
  bytes = 0
  /** Of these, how many the sweep has seen. */
  countedBytes = 0
  /** By then more must have come. */
  dueMs: number
  readonly #reader: BodyReader
  readonly #limits: PendingLimits
  #callback: BodyCallback | null
  #chunks: Buffer[] = []

  constructor(reader: BodyReader, owner: BodyOwner, callback: BodyCallback, limits: PendingLimits) {
    this.#reader = reader
    this.owner = owner
    this.#callback = callback
    this.#limits = limits
    this.dueMs = limits.dueMs
  }

  /** What comes after a refusal is dropped: it is read only so that the client can take its answer. */
  add(chunk: Buffer): void {
    if (this.#callback === null) return
    const { maxBodyBytes, maxPendingBytes } = this.#limits
    this.bytes += chunk.length
    const allBytes = this.#reader.count(chunk.length)
    if (this.bytes > maxBodyBytes) this.fail(tooLarge(maxBodyBytes))
    else if (allBytes > maxPendingBytes) this.fail(overloaded())
    else this.#chunks.push(chunk)
  }

  end(): void {
    const callback = this.#over()
    if (callback === null) return
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    deliver(this.owner, body, this.#limits.maxBodyBytes, callback)
  }

  fail(error: GatewayError): void {
    const callback = this.#over()
    this.#chunks = []
    callback?.(error, EMPTY)
  }

  #over(): BodyCallback | null {
    const callback = this.#callback
    this.#callback = null
    if (callback !== null) this.#reader.forget(this)
    return callback
  }
}

const EMPTY = Buffer.alloc(0)

function deliver({ headers }: BodyOwner, body: Buffer, maxBodyBytes: number, callback: BodyCallback): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') callback(null, body)
  else decompress(body, encoding, maxBodyBytes, callback)
}

export function declaresMoreThan({ headers }: Pick<BodyOwner, 'headers'>, maxBodyBytes: number): boolean {
  const declared = headers['content-length']
  return declared !== undefined && Number(declared) > maxBodyBytes
}

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress)],
  ['zstd', promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress)],
])

function decompress(body: Buffer, encoding: string, maxBodyBytes: number, callback: BodyCallback): void {
  const decode = DECODERS.get(encoding.trim().toLowerCase())
  if (decode === undefined) {
    callback(
      new GatewayError(
        'unsupported_media_type',
        `The content encoding "${encoding.slice(0, 60)}" is not known here. Send the body plain, or in one of gzip, deflate, br, zstd.`,
        { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } },
      ),
      EMPTY,
    )
    return
  }
  const maxOutputLength = Math.min(maxBodyBytes, Math.max(RATIO_FLOOR_BYTES, body.length * MAX_RATIO))
  decode(body, { maxOutputLength }).then(
    (plain) => callback(null, plain),
    (error: unknown) => {
      if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') callback(tooLarge(maxOutputLength), EMPTY)
      else callback(new GatewayError('invalid_request', `The body could not be decoded as ${encoding}.`), EMPTY)
    },
  )
}

function tooLarge(maxBodyBytes: number): GatewayError {
  return new GatewayError(
    'request_too_large',
    `The body is larger than ${maxBodyBytes} bytes. Send less, or ask the operator to raise server.max_body_bytes.`,
  )
}

function tooSlow(): GatewayError {
  return new GatewayError(
    'request_timeout',
    'The body of the request arrives too slowly. Send it again over a better connection.',
  )
}

function overloaded(): GatewayError {
  return new GatewayError('service_unavailable', 'The gateway holds as many bytes as it may. Try again in a moment.', {
    retryAfterSeconds: 1,
  })
}
