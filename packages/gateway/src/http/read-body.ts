// The body of a request, under every limit that a careless or hostile client must be held to: size, speed, encoding,
// and what all the bodies on their way take together.

import type { IncomingMessage } from 'node:http'
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

type Callback = (error: GatewayError | null, body: Buffer) => void

interface PendingBody {
  readonly request: IncomingMessage
  bytes: number
  /** Of these, how many the sweep has seen. */
  countedBytes: number
  /** By then more must have come. */
  dueMs: number
  fail(error: GatewayError): void
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

  /** Calls back once: with the decompressed body, or with the error to answer. Not at all when the client goes away. */
  read(request: IncomingMessage, callback: Callback, maxBodyBytes = this.#limits().maxBodyBytes): void {
    const { maxPendingBytes } = this.#limits()
    if (declaresMoreThan(request, maxBodyBytes)) {
      callback(tooLarge(maxBodyBytes), EMPTY)
      return
    }
    let chunks: Buffer[] = []
    let done = false
    const finish = (error: GatewayError | null): void => {
      if (done) return
      done = true
      this.#forget(node)
      if (error !== null) {
        chunks = []
        callback(error, EMPTY)
        return
      }
      const [first] = chunks
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
      const encoding = request.headers['content-encoding']
      if (encoding === undefined || encoding === 'identity') callback(null, body)
      else decompress(body, encoding, maxBodyBytes, callback)
    }
    const nowMs = performance.now()
    const node = new ListNode<PendingBody>({
      request,
      bytes: 0,
      countedBytes: 0,
      dueMs: nowMs + this.#times.graceMs,
      fail: finish,
    })
    this.#pending.add(node)
    this.#startSweep(nowMs)
    request.on('data', (chunk: Buffer) => {
      // What comes after a refusal is read and dropped, so that the client can take its answer.
      if (done) return
      node.owner.bytes += chunk.length
      this.#pendingBytes += chunk.length
      if (node.owner.bytes > maxBodyBytes) finish(tooLarge(maxBodyBytes))
      else if (this.#pendingBytes > maxPendingBytes) finish(overloaded())
      else chunks.push(chunk)
    })
    request.on('end', () => finish(null))
  }

  #forget(node: ListNode<PendingBody>): void {
    this.#pending.remove(node)
    this.#pendingBytes -= node.owner.bytes
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
    for (const node of this.#pending.nodes()) {
      const pending = node.owner
      // Gone before its end: nobody is left to answer. (A listener for it would cost every request.)
      if (pending.request.destroyed) {
        this.#forget(node)
        continue
      }
      if (minBytesPerSecond === 0) continue
      // Bytes buy time, but never more than the grace: a large part sent at once is no licence to hold it for hours.
      const boughtMs = ((pending.bytes - pending.countedBytes) / minBytesPerSecond) * 1_000
      pending.countedBytes = pending.bytes
      pending.dueMs = Math.min(pending.dueMs + boughtMs, nowMs + graceMs) + lostMs
      if (nowMs >= pending.dueMs) pending.fail(tooSlow())
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

const EMPTY = Buffer.alloc(0)

export function declaresMoreThan(request: IncomingMessage, maxBodyBytes: number): boolean {
  const declared = request.headers['content-length']
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

function decompress(body: Buffer, encoding: string, maxBodyBytes: number, callback: Callback): void {
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
