// Copies of a share of a model's requests, sent to another model as well: what that would make of real traffic can be read in
// the usage records, before it is given any. A copy is the operator's own call: no account pays or waits for it, its answer
// is thrown away, and what becomes of it is nobody's concern.
import { newRequestId } from '../core/request-id.ts'
import type { ScannedRequest } from '../dialects/pass-request.ts'
import { OPERATOR } from '../identity/principal.ts'
import type { MirrorPort, RelayRequest } from '../relay/ports.ts'
import type { RelayMetrics } from '../relay/relay-metrics.ts'
import type { ReplyListener, ReplySink } from '../relay/reply-sink.ts'
import type { Route } from '../routing/route.ts'

const PPM = 1_000_000
/** Larger ones are held too long for what nobody waits for. */
const MOST_BODY_BYTES = 1024 * 1024
const PATIENCE_MS = 300_000

export interface MirrorRunnerOptions {
  readonly call: (request: RelayRequest) => void
  readonly metrics: Pick<RelayMetrics, 'copied'>
  readonly random?: () => number
}

export class MirrorRunner implements MirrorPort {
  readonly #options: MirrorRunnerOptions
  /** By the model that is copied. */
  readonly #running = new Map<string, number>()

  constructor(options: MirrorRunnerOptions) {
    this.#options = options
  }

  offered(request: RelayRequest, scan: ScannedRequest, { publicId, mirror }: Route): void {
    const { random = Math.random, metrics } = this.#options
    if (mirror === null || request.copy === true || request.endpoint.kind !== 'generation') return
    if (random() * PPM >= mirror.sharePpm) return
    // What runs at the provider may do something, and is to be done once.
    if (request.body.length > MOST_BODY_BYTES || scan.bounds.hostedCalls > 0) return
    // A copy goes where its caller's own request may not.
    if (request.principal.dataPolicy !== undefined) return
    const running = this.#running.get(publicId) ?? 0
    if (running >= mirror.atOnce) {
      metrics.copied(publicId, 'left_out')
      return
    }
    metrics.copied(publicId, 'sent')
    this.#running.set(publicId, running + 1)
    const copy = copyOf(request, scan, mirror.model, () => {
      this.#running.set(publicId, (this.#running.get(publicId) ?? 1) - 1)
    })
    // The client's own attempt goes first.
    setImmediate(() => this.#options.call(copy))
  }
}

function copyOf(request: RelayRequest, scan: ScannedRequest, model: string, ended: () => void): RelayRequest {
  const { endpoint, body, path, headers } = request
  const { modelSpan: span } = scan
  return {
    id: newRequestId(),
    endpoint,
    // Some dialects name the model in their path, the others in the body.
    path: path.model === null ? path : { ...path, model },
    body:
      span === null
        ? body
        : Buffer.concat([body.subarray(0, span.start), Buffer.from(JSON.stringify(model)), body.subarray(span.end)]),
    principal: OPERATOR,
    headers,
    startedMs: performance.now(),
    sink: new NowhereSink(ended),
    journal: 'end-only',
    copy: true,
  }
}

/** Takes everything, keeps nothing. */
class NowhereSink implements ReplySink {
  closed = false
  headersSent = false
  listener: ReplyListener | null = null
  readonly #ended: () => void
  readonly #timer: NodeJS.Timeout

  constructor(ended: () => void) {
    this.#ended = ended
    this.#timer = setTimeout(() => {
      const { listener } = this
      this.cut()
      listener?.replyGone()
    }, PATIENCE_MS).unref()
  }

  head(): void {
    this.headersSent = true
  }

  write(): boolean {
    return true
  }

  reply(): void {
    this.headersSent = true
    this.end()
  }

  end(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.#timer)
    this.#ended()
  }

  cut(): void {
    this.end()
  }
}
