// GET /api/requests/events: calls as they come in, for a page that is being looked at. Who listens is asked for their
// right again and again: a key that is revoked, a session that has ended, a role that was taken away end the stream.
import { z } from 'zod'
import { RequestFeed } from '../../../billing/usage/request-feed.ts'
import { GatewayError } from '../../../core/errors.ts'
import { type Call, type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import { recordsFilter, recordsFilterQuery, seesAccount, usageFilterQuery } from './tenant.ts'
import { requestBody } from './usage-shapes.ts'

const LOOK_EVERY_MS = 1_000
const ASK_AGAIN_EVERY_MS = 15_000
/** The browser comes back by itself, and goes on where it was. */
const LONGEST_MS = 30 * 60_000
/** What waits for a reader who does not read; then nothing is looked up for it. */
const MOST_WAITING_BYTES = 256 * 1024
const MOST_STREAMS = 200
const MOST_OF_ONE = 10

const query = z.strictObject({ ...usageFilterQuery, ...recordsFilterQuery })
type StreamCall = Call<unknown, z.output<typeof query>, unknown>

/** Of this process, by the key or session that listens. */
const listeners = new Map<string, number>()
let streams = 0

export const REQUEST_STREAM_ROUTE: Route = route({
  method: 'GET',
  path: '/api/requests/events',
  access: 'key',
  tag: 'Self-service',
  name: 'streamRequests',
  summary: 'Hear of calls as they end',
  description:
    'Server-sent events: `request` with a call as GET /api/requests lists it, about a second after its end; `skipped` when there were more than are told, so that the list must be read again; `ended` when whoever listens may not any more. With Last-Event-ID it goes on where it was; a call may then be told twice.',
  errors: ['rate_limit_exceeded'],
  query,
  reply: {
    description: 'A stream, of half an hour at most.',
    schema: z.null(),
    content: { 'text/event-stream': 'event: request' },
  },
  handler: async (call, services) => {
    const { principal, request } = call
    const feed = await RequestFeed.open(services.usage, recordsFilter(principal, call.query), placeIn(request))
    const leave = enter(principal.keyId)
    return new Response(streamOf(call, services, feed, leave), {
      headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    })
  },
})

/** @throws {GatewayError} `rate_limit_exceeded` */
function enter(who: string): () => void {
  const count = listeners.get(who) ?? 0
  if (count >= MOST_OF_ONE || streams >= MOST_STREAMS) {
    throw new GatewayError('rate_limit_exceeded', 'Too many streams of calls are open. Close some of them.', {
      retryAfterSeconds: 10,
    })
  }
  listeners.set(who, count + 1)
  streams += 1
  let left = false
  return () => {
    if (left) return
    left = true
    streams -= 1
    const rest = (listeners.get(who) ?? 1) - 1
    if (rest === 0) listeners.delete(who)
    else listeners.set(who, rest)
  }
}

function placeIn(request: Request): number | null {
  const text = request.headers.get('last-event-id') ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

function streamOf(
  call: StreamCall,
  services: ControlServices,
  feed: RequestFeed,
  leave: () => void,
): ReadableStream<Uint8Array> {
  let stream: RequestStream | undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stream = new RequestStream(call, services, feed, controller)
        call.request.signal.addEventListener('abort', () => stream?.stop(), { once: true })
        void stream.run().finally(leave)
      },
      cancel: () => stream?.stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  )
}

class RequestStream {
  readonly #call: StreamCall
  readonly #services: ControlServices
  readonly #feed: RequestFeed
  readonly #controller: ReadableStreamDefaultController<Uint8Array>
  readonly #text = new TextEncoder()
  #stopped = false
  /** The right to listen may have ended. */
  #doubtful = false
  #place = -1
  #wake: () => void = () => {}

  constructor(
    call: StreamCall,
    services: ControlServices,
    feed: RequestFeed,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ) {
    this.#call = call
    this.#services = services
    this.#feed = feed
    this.#controller = controller
  }

  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  /** Until somebody stops it. Never rejects. */
  async run(): Promise<void> {
    const { principal } = this.#call
    const { people } = this.#services
    const unwatch =
      principal.person?.via === 'session' ? people.watch.onEnd(principal.keyId, () => this.#doubt()) : null
    try {
      this.#send('retry: 2000\n: open\n\n')
      await this.#tell()
    } catch {
      // The database is away, or the reader: the browser comes back, and goes on where it was.
    } finally {
      unwatch?.()
      if (!this.#stopped) this.#controller.close()
      this.#stopped = true
    }
  }

  async #tell(): Promise<void> {
    const endMs = performance.now() + LONGEST_MS
    let askMs = performance.now() + ASK_AGAIN_EVERY_MS
    while (!this.#stopped && performance.now() < endMs) {
      if (this.#doubtful || performance.now() >= askMs) {
        if (!(await this.#mayStill())) {
          this.#send('event: ended\ndata: {}\n\n')
          return
        }
        this.#doubtful = false
        askMs = performance.now() + ASK_AGAIN_EVERY_MS
        this.#send(': still here\n\n')
      }
      // Whoever does not read is told nothing; later the feed goes on, or says that it has skipped something.
      if ((this.#controller.desiredSize ?? 0) > 0) await this.#look()
      await this.#pause()
    }
  }

  async #look(): Promise<void> {
    const { records, skipped, place } = await this.#feed.next()
    const { operator } = this.#call.principal
    for (const record of records) {
      this.#send(`event: request\ndata: ${JSON.stringify(requestBody(record, operator))}\n\n`)
    }
    if (skipped) this.#send('event: skipped\ndata: {}\n\n')
    if (place !== this.#place) this.#send(`id: ${place}\nevent: place\ndata: {}\n\n`)
    this.#place = place
  }

  /** As whoever they were when they came. */
  async #mayStill(): Promise<boolean> {
    const { principal, request, listener } = this.#call
    try {
      const caller = await this.#services.authenticate(request, { listener, accountId: null })
      const now = this.#services.admit(REQUEST_STREAM_ROUTE, caller)
      return (
        now.accountId === principal.accountId &&
        now.operator === principal.operator &&
        seesAccount(now) === seesAccount(principal)
      )
    } catch (error) {
      // A database that is away says nothing about anybody's rights; nothing is told meanwhile either.
      return error instanceof GatewayError && error.tableCode === 'service_unavailable'
    }
  }

  #doubt(): void {
    this.#doubtful = true
    this.#wake()
  }

  #send(text: string): void {
    if (!this.#stopped) this.#controller.enqueue(this.#text.encode(text))
  }

  async #pause(): Promise<void> {
    if (this.#stopped || this.#doubtful) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS).unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
