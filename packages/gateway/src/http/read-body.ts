// The body of a request, under every limit that a careless or hostile client must be held to: size, speed, encoding.

import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { GatewayError } from '../core/errors.ts'
import { IntrusiveList, ListNode } from '../core/intrusive-list.ts'

export interface BodyLimits {
  readonly maxBodyBytes: number
  /** After a grace of ten seconds a body must come at least this fast. */
  readonly minBytesPerSecond: number
}

const GRACE_MS = 10_000
const SWEEP_MS = 1_000
/** A compressed body may grow this many times, no more: a bomb does a thousand. */
const MAX_RATIO = 100
/** Small texts of one repeated letter compress better than any honest limit on the ratio allows for. */
const RATIO_FLOOR_BYTES = 1024 * 1024

type Callback = (error: GatewayError | null, body: Buffer) => void

interface PendingBody {
  readonly startedMs: number
  bytes: number
  readonly request: IncomingMessage
  tooSlow(): void
}

export class BodyReader implements Disposable {
  readonly #limits: () => BodyLimits
  readonly #pending = new IntrusiveList<PendingBody>()
  #sweep: NodeJS.Timeout | undefined

  constructor(limits: () => BodyLimits) {
    this.#limits = limits
  }

  /** Calls back once: with the decompressed body, or with the error to answer. Not at all when the client goes away. */
  read(request: IncomingMessage, callback: Callback): void {
    const { maxBodyBytes } = this.#limits()
    const declared = request.headers['content-length']
    if (declared !== undefined && Number(declared) > maxBodyBytes) {
      callback(tooLarge(maxBodyBytes), EMPTY)
      return
    }
    const chunks: Buffer[] = []
    let done = false
    const finish = (error: GatewayError | null): void => {
      if (done) return
      done = true
      this.#pending.remove(node)
      if (error !== null) {
        callback(error, EMPTY)
        return
      }
      const [first] = chunks
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
      const encoding = request.headers['content-encoding']
      if (encoding === undefined || encoding === 'identity') callback(null, body)
      else decompress(body, encoding, maxBodyBytes, callback)
    }
    const pending: PendingBody = {
      startedMs: performance.now(),
      bytes: 0,
      request,
      tooSlow: () =>
        finish(
          new GatewayError(
            'request_timeout',
            'The body of the request arrives too slowly. Send it again over a better connection.',
          ),
        ),
    }
    const node = new ListNode(pending)
    const onData = (chunk: Buffer): void => {
      if (done) return
      pending.bytes += chunk.length
      if (pending.bytes > maxBodyBytes) finish(tooLarge(maxBodyBytes))
      else chunks.push(chunk)
    }
    this.#pending.add(node)
    this.#sweep ??= setInterval(() => this.#sweepSlow(), SWEEP_MS).unref()
    request.on('data', onData)
    request.on('end', () => finish(null))
  }

  #sweepSlow(): void {
    const nowMs = performance.now()
    const { minBytesPerSecond } = this.#limits()
    for (const node of this.#pending.nodes()) {
      const pending = node.owner
      // Gone before its end: nobody is left to answer. (A listener for it would cost every request.)
      if (pending.request.destroyed) {
        this.#pending.remove(node)
        continue
      }
      const lateMs = nowMs - pending.startedMs - GRACE_MS
      if (lateMs > 0 && pending.bytes < (lateMs / 1_000) * minBytesPerSecond + 1) pending.tooSlow()
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

const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
  'x-gzip': promisify(gunzip) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
  deflate: promisify(inflate) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
  br: promisify(brotliDecompress) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
  zstd: promisify(zstdDecompress) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
}

function decompress(body: Buffer, encoding: string, maxBodyBytes: number, callback: Callback): void {
  const decode = DECODERS[encoding.trim().toLowerCase()]
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
      const code = error instanceof Error && 'code' in error ? error.code : ''
      if (code === 'ERR_BUFFER_TOO_LARGE') callback(tooLarge(maxOutputLength), EMPTY)
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
