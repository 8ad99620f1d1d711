// Background work in the primary: which worker has room, who is given what waits, what becomes of work whose worker is
// gone. The database is the queue; this looks at it once a second, and at once when something here has changed.

import type { Logger } from 'pino'
import type { Principal } from '../../identity/principal.ts'
import type { ClaimedJob, JobLease, JobOrder } from '../keeper.ts'
import type { JobName, ResponseLibrary } from '../response-library.ts'
import { endJob } from './end-job.ts'
import { followEvents } from './follow.ts'
import type { JobAsk, JobReply } from './job-port.ts'
import { parseJobRequest } from './job-request.ts'
import { failed, type JobError } from './response-states.ts'

const LOOK_MS = 1_000
/** Work that has killed so many workers is not tried again. */
const MOST_STARTS = 3
/** Unless it has been paid for: its answer was there, and was lost on its way to the database. */
const MOST_STARTS_IF_PAID = 10
const GIVEN_UP_AT_ONCE = 20

export interface JobDeskOptions {
  readonly library: Pick<ResponseLibrary, 'jobs' | 'get'>
  /** Null when the key may not be used any more. */
  principalOf(keyId: string): Promise<Principal | null>
  send(worker: number, order: JobOrder): void
  /** No run of this request will be charged from here on; false = one has been. */
  forgo(requestId: string): Promise<boolean>
  /** Nobody else serves from this database: whatever it says is being run is not. */
  readonly alone: boolean
  readonly log: Pick<Logger, 'warn' | 'info' | 'debug'>
  readonly lookMs?: number
}

interface Room {
  free: number
  held: readonly JobLease[]
}

export class JobDesk implements AsyncDisposable {
  readonly #options: JobDeskOptions
  readonly #rooms = new Map<number, Room>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | null = null
  #lookAgain = false
  #isReady: boolean
  #isClosed = false

  constructor(options: JobDeskOptions) {
    this.#options = options
    this.#isReady = !options.alone
  }

  /** Resolves when what was being done before this start is free: work that is taken in after that is not. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), this.#options.lookMs ?? LOOK_MS).unref()
    await this.look()
  }

  /** A worker says what it has, and how much more it takes. */
  room(worker: number, free: number, held: readonly JobLease[]): void {
    const had = this.#rooms.get(worker)?.free ?? 0
    this.#rooms.set(worker, { free, held })
    // Before the start there is nobody to send it to.
    if (free > had && this.#timer !== undefined) void this.look()
  }

  async workerGone(worker: number): Promise<void> {
    const room = this.#rooms.get(worker)
    this.#rooms.delete(worker)
    if (room === undefined) return
    await Promise.all(room.held.map((lease) => this.#options.library.jobs.release(lease, { counted: true }))).catch(
      (error: unknown) =>
        this.#options.log.debug({ err: error }, 'leases of a worker that is gone run out by themselves'),
    )
    await this.look()
  }

  async answer(ask: JobAsk): Promise<JobReply> {
    const { library } = this.#options
    switch (ask.op) {
      case 'follow':
        return await followEvents(library, ask.accountId, ask.responseId, ask.from)
      case 'status':
        return (await library.get(ask.accountId, ask.responseId))?.status ?? null
      case 'fail':
        if ((await library.jobs.heartbeat(ask.lease)) === 'held') await this.#fail(ask.lease, ask.error)
        return null
    }
  }

  /** Looks for work that waits; never rejects. */
  async look(): Promise<void> {
    if (this.#looking !== null) {
      this.#lookAgain = true
      await this.#looking
      return
    }
    this.#looking = this.#lookQuietly().finally(() => {
      this.#looking = null
    })
    await this.#looking
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#isClosed = true
    await this.#looking
  }

  async #lookQuietly(): Promise<void> {
    try {
      do {
        this.#lookAgain = false
        if (this.#isClosed) return
        await this.#look()
      } while (this.#lookAgain)
    } catch (error) {
      this.#options.log.debug({ err: error }, 'background work cannot be looked for at the moment')
    }
  }

  async #look(): Promise<void> {
    const { library } = this.#options
    if (!this.#isReady) {
      await library.jobs.releaseAll()
      this.#isReady = true
    }
    const limit = [...this.#rooms.values()].reduce((sum, { free }) => sum + free, 0)
    if (limit > 0) {
      for (const job of await library.jobs.claim({ limit, maxAttempts: MOST_STARTS_IF_PAID })) {
        // One that cannot be placed is found again when its lease has run out.
        await this.#place(job).catch((error: unknown) =>
          this.#options.log.warn(
            { err: error, responseId: job.lease.responseId },
            'background work could not be placed',
          ),
        )
      }
    }
    const exhausted = { limit: GIVEN_UP_AT_ONCE, maxAttempts: MOST_STARTS_IF_PAID }
    for (const name of await library.jobs.exhausted(exhausted)) await this.#giveUp(name)
  }

  async #place(job: ClaimedJob): Promise<void> {
    if (job.lease.attempt <= MOST_STARTS || (await this.#isPaid(job))) await this.#give(job)
    else await this.#giveUp(job.lease)
  }

  async #isPaid({ request }: ClaimedJob): Promise<boolean> {
    return !(await this.#options.forgo(parseJobRequest(request).requestId))
  }

  async #giveUp(name: JobName): Promise<void> {
    this.#options.log.warn({ responseId: name.responseId }, 'background work was begun too often and is given up')
    const message = 'The work was begun several times, and each time the gateway that did it ended.'
    await this.#fail(name, { code: 'server_error', message })
  }

  async #give(job: ClaimedJob): Promise<void> {
    const { library, principalOf, send, log } = this.#options
    const principal = await principalOf(job.keyId)
    if (principal === null || principal.refusal !== null) {
      const message = principal?.refusal ?? 'The API key of this response may not be used any more.'
      await this.#fail(job.lease, { code: 'server_error', message })
      return
    }
    const [worker, room] = [...this.#rooms].toSorted(([, a], [, b]) => b.free - a.free)[0] ?? []
    if (worker === undefined || room === undefined || room.free <= 0) {
      await library.jobs.release(job.lease, { counted: false })
      return
    }
    room.free -= 1
    room.held = [...room.held, job.lease]
    if (job.lease.attempt > 1)
      log.info({ responseId: job.lease.responseId, start: job.lease.attempt }, 'background work is begun again')
    send(worker, { kind: 'run', job, principal })
  }

  async #fail({ accountId, responseId }: JobName, error: JobError): Promise<void> {
    await endJob(this.#options.library, accountId, responseId, (response) => failed(response, error))
  }
}
