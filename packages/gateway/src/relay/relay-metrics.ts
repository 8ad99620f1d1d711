// What the data plane counts about itself. No label ever names a key, an account or a user.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { TokenUsage } from '../core/token-usage.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { Counter, Histogram, type CounterSeries } from '../telemetry/metrics.ts'
import { AutoMetrics } from './auto-metrics.ts'

const DURATION_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 240, 600]
const OVERHEAD_SECONDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5]
/** Requests that wait for a provider's limit at once; the next one is told no instead. */
const MAX_WAITING = 1_000

export interface EndedRequest {
  readonly endpoint: string
  readonly model: string
  readonly provider: string
  readonly status: number
  readonly durationMs: number
  /** -1 when no content was sent. */
  readonly firstContentMs: number
  /** Request time minus the time in which an upstream call was open. */
  readonly overheadMs: number
  readonly usage: TokenUsage
  readonly heldBytes: number
}

interface TokenSeries {
  readonly input: CounterSeries
  readonly output: CounterSeries
  readonly cacheRead: CounterSeries
  readonly reasoning: CounterSeries
}

export class RelayMetrics implements Disposable {
  inFlight = 0
  heldBytes = 0
  /** Grows with every request: tells whether there is anything new to report. */
  revision = 0
  readonly auto = new AutoMetrics()
  #waits = 0
  #lastRequest: {
    readonly endpoint: string
    readonly model: string
    readonly provider: string
    readonly status: number
    readonly series: CounterSeries
  } | null = null
  readonly #tokensByModel = new Map<string, TokenSeries>()
  readonly #succeeded = new WeakMap<Candidate, CounterSeries>()
  #waitWindow = 0

  readonly #requests = new Counter(
    'fairlead_requests_total',
    'Requests by endpoint, model, provider and the status that the client saw.',
    ['endpoint', 'model', 'provider', 'status'],
  )
  readonly #refused = new Counter(
    'fairlead_refused_requests_total',
    'Requests that were refused before a model was known.',
    ['endpoint', 'status'],
  )
  readonly #attempts = new Counter(
    'fairlead_attempts_total',
    'Upstream attempts by provider, model and how they ended.',
    ['provider', 'model', 'outcome'],
  )
  readonly #tokens = new Counter('fairlead_tokens_total', 'Tokens by model and class.', ['model', 'class'])
  readonly #copies = new Counter(
    'fairlead_mirrored_requests_total',
    'Copies of requests for other models, by the model that was asked for: sent, or left out because too many are under way.',
    ['model', 'outcome'],
  )
  readonly #duration = new Histogram(
    'fairlead_request_duration_seconds',
    'From the request to the last byte of the reply.',
    DURATION_SECONDS,
    ['endpoint'],
  )
  readonly #firstToken = new Histogram(
    'fairlead_time_to_first_token_seconds',
    'From the request to the first content of a stream.',
    DURATION_SECONDS,
    ['endpoint'],
  )
  readonly #overhead = new Histogram(
    'fairlead_gateway_overhead_seconds',
    'Request time minus the time in which an upstream call was open.',
    OVERHEAD_SECONDS,
    ['endpoint'],
  )
  readonly #loop: ReturnType<typeof monitorEventLoopDelay>

  constructor() {
    this.#loop = monitorEventLoopDelay({ resolution: 20 })
    this.#loop.enable()
  }

  begin(bodyBytes: number): void {
    this.inFlight += 1
    this.heldBytes += bodyBytes
  }

  end(request: EndedRequest): void {
    const { endpoint, model, provider, usage } = request
    this.revision += 1
    this.inFlight -= 1
    this.heldBytes -= request.heldBytes
    this.#requestSeries(endpoint, model, provider, request.status).value += 1
    this.#duration.observe(request.durationMs / 1_000, endpoint)
    this.#overhead.observe(request.overheadMs / 1_000, endpoint)
    if (request.firstContentMs >= 0) this.#firstToken.observe(request.firstContentMs / 1_000, endpoint)
    const tokens = this.#tokenSeries(model)
    tokens.input.value += usage.input
    tokens.output.value += usage.output
    tokens.cacheRead.value += usage.cacheRead
    tokens.reasoning.value += usage.reasoning
  }

  // Looked up by what changes least first, so that the common path joins no strings.
  #requestSeries(endpoint: string, model: string, provider: string, status: number): CounterSeries {
    const known = this.#lastRequest
    if (
      known !== null &&
      known.status === status &&
      known.model === model &&
      known.endpoint === endpoint &&
      known.provider === provider
    )
      return known.series
    const series = this.#requests.series(endpoint, model, provider, String(status))
    this.#lastRequest = { endpoint, model, provider, status, series }
    return series
  }

  #tokenSeries(model: string): TokenSeries {
    let series = this.#tokensByModel.get(model)
    if (series === undefined) {
      series = {
        input: this.#tokens.series(model, 'input'),
        output: this.#tokens.series(model, 'output'),
        cacheRead: this.#tokens.series(model, 'cache_read'),
        reasoning: this.#tokens.series(model, 'reasoning'),
      }
      this.#tokensByModel.set(model, series)
    }
    return series
  }

  refused(endpoint: string, status: number): void {
    this.revision += 1
    this.#refused.add(1, endpoint, String(status))
  }

  attempt(candidate: Candidate, outcome: string): void {
    if (outcome !== 'ok') {
      this.#attempts.add(1, candidate.provider.name, candidate.upstreamModel, outcome)
      return
    }
    let series = this.#succeeded.get(candidate)
    if (series === undefined)
      this.#succeeded.set(
        candidate,
        (series = this.#attempts.series(candidate.provider.name, candidate.upstreamModel, outcome)),
      )
    series.value += 1
  }

  copied(model: string, outcome: 'sent' | 'left_out'): void {
    this.#copies.add(1, model, outcome)
  }

  /** Takes room for bytes that are kept in memory. */
  hold(count: number, maxBytes: number): boolean {
    if (this.heldBytes + count > maxBytes) return false
    this.heldBytes += count
    return true
  }

  /** At most so many waits for a limit begin in a second. */
  mayWait(): boolean {
    const second = Math.floor(performance.now() / 1_000)
    if (second !== this.#waitWindow) {
      this.#waitWindow = second
      this.#waits = 0
    }
    this.#waits += 1
    return this.#waits <= MAX_WAITING
  }

  collect(): MetricFamily[] {
    const inFlight = new Counter('fairlead_requests_in_flight', 'Requests that are being served.', [], 'gauge')
    inFlight.set(this.inFlight)
    const held = new Counter('fairlead_held_bytes', 'Bytes of request bodies and held replies in memory.', [], 'gauge')
    held.set(this.heldBytes)
    const lag = new Counter(
      'fairlead_event_loop_lag_max_seconds',
      'Longest block of a worker\u2019s event loop since it started.',
      [],
      'gauge',
    )
    lag.set(Math.max(0, this.#loop.max / 1e9 - 0.02))
    const own = [
      this.#requests,
      this.#refused,
      this.#attempts,
      this.#tokens,
      this.#copies,
      this.#duration,
      this.#firstToken,
      this.#overhead,
      inFlight,
      held,
      lag,
    ].map((metric) => metric.family())
    return [...own, ...this.auto.collect()]
  }

  [Symbol.dispose](): void {
    this.#loop.disable()
  }
}
