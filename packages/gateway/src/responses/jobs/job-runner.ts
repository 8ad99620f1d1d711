// Background work in a worker: takes it in, answers at once, runs it as if its client were waiting, and lets go of it
// when it is cancelled, when somebody else has it, or when this process is to end.
//
// A job is held by a lease, which a beat extends. What waits is held by nobody: it lies in the database until a worker
// has room, so that a worker that dies or drains takes no more along than what it was doing.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { GatewayError, toGatewayError } from '../../core/errors.ts'
import { numberOf, parseJsonObject } from '../../core/json.ts'
import type { Principal } from '../../identity/principal.ts'
import { ENDPOINT_BY_PATH, NO_PATH_FACTS, type Endpoint } from '../../relay/endpoints.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import { ClientFollower } from './client-follower.ts'
import type { ClaimedJob, JobEvent, JobLease } from '../keeper.ts'
import { errorIn, noRoom, tooMany } from './job-errors.ts'
import { eventText } from './job-events.ts'
import type { JobPort } from './job-port.ts'
import {
  formatJobRequest,
  keptHeaders,
  parseJobRequest,
  streaming,
  wantsStream,
  type JobRequest,
} from './job-request.ts'
import type { BackgroundDraft, JobRun } from './job-run.ts'
import { JobSink, type RunEnd } from './job-sink.ts'
import { queuedResponse } from './queued-response.ts'
import { inProgress, type JobError } from './response-states.ts'

/** Nobody guesses the id of a response. */
const ID_BYTES = 24
const BEAT_MS = 5_000
const KEEP_AGAIN_MS = 500
const MOST_KEEP_TRIES = 40
const MOST_FAIL_TRIES = 6
/** Of one run: what is refused because somebody is busy is asked for again; whom a limit stops waits longer. */
const MOST_TRIES = 3
const MOST_TRIES_AT_LIMIT = 12
const LONGEST_PAUSE_MS = 30_000
const LIMITED = 429
const BUSY: ReadonlySet<number> = new Set([LIMITED, 500, 503, 504])

export interface JobRunnerPorts {
  readonly jobs: JobPort
  /** The responder's: `job` is handed on to it. */
  respond(request: RelayRequest, job: JobRun): void
  /** The public id of the model that the request names. @throws {GatewayError} when it cannot be served at all */
  check(request: RelayRequest): string
  refuse(request: RelayRequest, error: GatewayError): void
  limits(): { readonly perWorker: number; readonly perAccount: number }
  readonly log: Pick<Logger, 'warn' | 'error'>
}

/** `response.created` and `response.queued`: told before it runs. */
const FIRST_EVENTS = 2

interface Running {
  readonly lease: JobLease
  readonly run: { discarded: boolean }
  readonly sink: { current: JobSink | null }
  readonly over: AbortController
}

export class JobRunner {
  readonly #ports: JobRunnerPorts
  /** By response id. */
  readonly #running = new Map<string, Running>()
  readonly #followers = new Set<ClientFollower>()
  readonly #endpoint: Endpoint
  #taking = 0
  #draining = false
  #beat: NodeJS.Timeout | null = null

  constructor(ports: JobRunnerPorts) {
    this.#ports = ports
    const endpoint = ENDPOINT_BY_PATH.get('/v1/responses')
    if (endpoint === undefined) throw new Error('There is no endpoint for responses.')
    this.#endpoint = endpoint
  }

  /** What a drain waits for: work that runs, requests that are being taken in, clients that watch. */
  get openCount(): number {
    return this.#running.size + this.#taking + this.#followers.size
  }

  /** How much work runs here. */
  get running(): number {
    return this.#running.size
  }

  /** Tells the primary that it may send work. */
  start(): void {
    this.#tellRoom()
    this.#beat = setInterval(() => this.#beatAll(), BEAT_MS).unref()
  }

  /** Takes a request in and answers it. */
  accept(request: RelayRequest, draft: BackgroundDraft): void {
    this.#taking += 1
    this.#accept(request, draft)
      .catch((error: unknown) => this.#ports.refuse(request, toGatewayError(error)))
      .finally(() => (this.#taking -= 1))
  }

  /** Work that the primary has claimed for this worker. */
  run(job: ClaimedJob, principal: Principal): void {
    const { lease } = job
    if (this.#free <= 0) {
      void this.#giveBack(lease)
      return
    }
    let request: JobRequest
    try {
      request = parseJobRequest(job.request)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      void this.#fail(lease, { code: 'server_error', message })
      return
    }
    void this.#run(lease, request, principal, job.stream ? job.keptEvents : null)
  }

  /** Its lease is void, because it was cancelled or deleted: what it has used so far is charged. */
  stop(accountId: string, responseId: string): void {
    const running = this.#running.get(responseId)
    if (running?.lease.accountId === accountId) this.#end(running)
  }

  /** Takes no more. What waits to be tried again is given back at once; what runs goes on. */
  drain(): void {
    this.#draining = true
    this.#tellRoom()
    for (const running of this.#running.values()) if (running.sink.current === null) this.#discard(running)
  }

  /** The time is over: what still runs is given to others, and is not charged here. */
  discardAll(): void {
    this.drain()
    for (const running of this.#running.values()) this.#discard(running)
    for (const follower of this.#followers) follower.cut()
  }

  [Symbol.dispose](): void {
    if (this.#beat !== null) clearInterval(this.#beat)
    for (const running of this.#running.values()) running.over.abort()
    for (const follower of this.#followers) follower.cut()
  }

  get #free(): number {
    return this.#draining ? 0 : this.#ports.limits().perWorker - this.#running.size
  }

  // --- taking in ---

  async #accept(request: RelayRequest, draft: BackgroundDraft): Promise<void> {
    const { jobs, check, limits } = this.#ports
    const model = check(request)
    const body = request.body.toString('utf8')
    const parsed = parseJsonObject(body)
    if (parsed === null) throw new GatewayError('invalid_request', 'The body must be a JSON object.')
    const responseId = `resp_${randomBytes(ID_BYTES).toString('hex')}`
    const createdAtMs = Date.now()
    const { conversationId } = draft
    const queued = queuedResponse({ responseId, model, createdAtMs, conversationId, body: parsed })
    const stream = wantsStream(body)
    const kept: JobRequest = { requestId: request.id, headers: keptHeaders(request.headers), body, queued }
    const lease = await jobs.enqueue(
      { ...draft, responseId, createdAtMs, response: queued, made: null },
      { request: formatJobRequest(kept), stream, mostOfAccount: limits().perAccount },
    )
    if (lease === 'full') throw noRoom()
    if (lease === 'too-many') throw tooMany(limits().perAccount)
    const next = stream ? await this.#firstEvents(lease, queued) : null
    // Others may have room.
    if (this.#free <= 0) await this.#giveBack(lease)
    else void this.#run(lease, kept, request.principal, next)
    if (stream) this.#follow(request, draft.accountId, responseId)
    else request.sink.reply(200, headersOf(request, 'application/json'), Buffer.from(queued, 'utf8'))
  }

  /** It is taken in already: whatever goes wrong now is the run's to put right. @returns the number of the next event */
  async #firstEvents(lease: JobLease, queued: string): Promise<number> {
    try {
      await this.#ports.jobs.append(lease, firstEvents(queued))
      return FIRST_EVENTS
    } catch {
      return 0
    }
  }

  #follow(request: RelayRequest, accountId: string, responseId: string): void {
    const { jobs, log } = this.#ports
    const headers = headersOf(request, 'text/event-stream; charset=utf-8')
    headers.push('cache-control', 'no-cache', 'x-accel-buffering', 'no')
    const follower = new ClientFollower(request.sink, headers)
    this.#followers.add(follower)
    follower
      .follow((from) => jobs.follow(accountId, responseId, from))
      .catch((error: unknown) => log.warn({ err: error, requestId: request.id }, 'a stream could not be followed'))
      .finally(() => this.#followers.delete(follower))
  }

  // --- running ---

  /** @param next number of the first event; null = events are not kept */
  async #run(lease: JobLease, request: JobRequest, principal: Principal, next: number | null): Promise<void> {
    const running: Running = {
      lease,
      run: { discarded: false },
      sink: { current: null },
      over: new AbortController(),
    }
    this.#running.set(lease.responseId, running)
    this.#tellRoom()
    try {
      await this.#tryOut(running, request, principal, next)
    } catch (error) {
      this.#ports.log.error({ err: error, responseId: lease.responseId }, 'background work could not be run')
      await this.#fail(lease, { code: 'server_error', message: 'The gateway met an unexpected error.' })
    } finally {
      if (this.#running.get(lease.responseId) === running) this.#running.delete(lease.responseId)
      this.#tellRoom()
    }
  }

  async #tryOut(running: Running, request: JobRequest, principal: Principal, first: number | null): Promise<void> {
    const { lease, over } = running
    const body = Buffer.from(streaming(request.body), 'utf8')
    let next = first
    for (let tries = 1; ; tries += 1) {
      const { promise, resolve } = Promise.withResolvers<RunEnd>()
      const sink = new JobSink({
        keep: next === null ? null : (events) => this.#keep(running, events),
        next: next ?? 0,
        lost: () => void this.#lost(running),
        ended: resolve,
      })
      running.sink.current = sink
      if (tries === 1) announce(sink, request.queued, first)
      this.#ports.respond(
        {
          id: request.requestId,
          endpoint: this.#endpoint,
          path: NO_PATH_FACTS,
          body,
          principal,
          headers: request.headers,
          startedMs: performance.now(),
          sink,
          journal: 'end-only',
          run: running.run,
        },
        { lease, ...createdAtOf(request.queued), flushed: () => sink.flushed() },
      )
      const end = await promise
      running.sink.current = null
      if (end.kind === 'aborted' || over.signal.aborted) return
      if (end.kind === 'ended') {
        await this.#mustBeSaved(lease)
        return
      }
      const most = end.status === LIMITED ? MOST_TRIES_AT_LIMIT : MOST_TRIES
      if (tries >= most || !BUSY.has(end.status)) {
        await this.#fail(lease, errorIn(end.body, end.status))
        return
      }
      await sink.flushed()
      if (next !== null) next = sink.next
      if (this.#draining) {
        await this.#giveBack(lease)
        return
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, (end.retryAfterSeconds ?? 1) * 1_000 * 2 ** (tries - 1))
      await sleep(pauseMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
      if (over.signal.aborted) return
    }
  }

  /** A response that is saved has ended its job; one that is not has come to nothing. */
  async #mustBeSaved(lease: JobLease): Promise<void> {
    const message = 'The answer broke off, or could not be stored. Send the request again.'
    await this.#fail(lease, { code: 'server_error', message })
  }

  async #keep(running: Running, events: readonly JobEvent[]): Promise<'kept' | 'lost'> {
    for (let tries = 1; tries <= MOST_KEEP_TRIES && !running.over.signal.aborted; tries += 1) {
      try {
        return await this.#ports.jobs.append(running.lease, events)
      } catch {
        // The database is away; the stream stands still for as long.
        await sleep(KEEP_AGAIN_MS, undefined, { ref: false })
      }
    }
    // Whoever has it next begins behind what is kept by then.
    this.#discard(running)
    return 'lost'
  }

  /** Does nothing where the job has ended, or is somebody else's. */
  async #fail(lease: JobLease, error: JobError): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#ports.jobs.fail(lease, error)
        return
      } catch (reason) {
        if (tries < MOST_FAIL_TRIES) {
          await sleep(KEEP_AGAIN_MS * tries, undefined, { ref: false })
          continue
        }
        // Its lease runs out, and somebody else has it then.
        this.#ports.log.warn({ err: reason, responseId: lease.responseId }, 'the end of background work is not kept')
        return
      }
    }
  }

  async #giveBack(lease: JobLease): Promise<void> {
    try {
      await this.#ports.jobs.release(lease, { counted: false })
    } catch (reason) {
      this.#ports.log.warn({ err: reason, responseId: lease.responseId }, 'background work is not given back')
    }
  }

  // --- letting go ---

  #beatAll(): void {
    for (const running of this.#running.values()) {
      this.#ports.jobs.heartbeat(running.lease).then(
        (answer) => void (answer === 'lost' ? this.#lost(running) : undefined),
        () => undefined,
      )
    }
  }

  /** Cancelled, which is charged like any call that its client gives up; or run by somebody else, which is not. */
  async #lost(running: Running): Promise<void> {
    const { accountId, responseId } = running.lease
    if (running.over.signal.aborted) return
    // Where nobody can say, it is somebody else's sooner or later.
    const status = await this.#ports.jobs.status(accountId, responseId).catch(() => 'in_progress')
    running.run.discarded = status !== 'cancelled' && status !== null
    this.#end(running)
  }

  #discard(running: Running): void {
    if (running.over.signal.aborted) return
    running.run.discarded = true
    void this.#giveBack(running.lease)
    this.#end(running)
  }

  #end(running: Running): void {
    running.over.abort()
    running.sink.current?.abort()
  }

  #tellRoom(): void {
    this.#ports.jobs.room(
      Math.max(0, this.#free),
      [...this.#running.values()].map(({ lease }) => lease),
    )
  }
}

function firstEvents(queued: string): readonly JobEvent[] {
  const members = `"response":${queued}`
  return [
    { sequence: 0, text: eventText('response.created', 0, members) },
    { sequence: 1, text: eventText('response.queued', 1, members) },
  ]
}

/** Whoever watches sees that it begins, and, where it has begun before, that all which came until now is void. */
function announce(sink: JobSink, queued: string, next: number | null): void {
  if (next === null) return
  const members = `"response":${queued}`
  if (next === 0) sink.add((sequence) => eventText('response.created', sequence, members))
  if (next !== FIRST_EVENTS) sink.add((sequence) => eventText('response.queued', sequence, members))
  sink.add((sequence) => eventText('response.in_progress', sequence, `"response":${inProgress(queued)}`))
}

function headersOf({ id }: RelayRequest, contentType: string): string[] {
  return ['content-type', contentType, 'x-request-id', id]
}

/** Of the response as it was queued: all of its snapshots say the same time. */
function createdAtOf(queued: string): { readonly createdAtSeconds?: number } {
  const createdAtSeconds = numberOf(parseJsonObject(queued)?.['created_at'])
  return createdAtSeconds === undefined ? {} : { createdAtSeconds }
}
