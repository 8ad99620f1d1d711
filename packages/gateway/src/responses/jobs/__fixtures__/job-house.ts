// Workers and a primary around one database, without processes between them: each worker has a keeper and a runner of
// its own, and what answers is written down by the test.

import type { GatewayError } from '../../../core/errors.ts'
import { OPERATOR, type Principal } from '../../../identity/principal.ts'
import { ENDPOINT_BY_PATH, NO_PATH_FACTS } from '../../../relay/endpoints.ts'
import type { RelayRequest } from '../../../relay/ports.ts'
import type { ReplyListener, ReplySink } from '../../../relay/reply-sink.ts'
import type { Database } from '../../../store/database.ts'
import type { JobLease, JobOrder } from '../../keeper.ts'
import { DEFAULT_RESPONSES_POLICY } from '../../../identity/responses-policy.ts'
import { StoredLibrary } from '../../stored/library.ts'
import { portOf, type ResponsesAsk, type ResponsesReply } from '../../stored/responses-messages.ts'
import { StoreKeys } from '../../stored/store-keys.ts'
import { WorkerKeeper } from '../../worker-keeper.ts'
import { JobDesk } from '../job-desk.ts'
import type { JobRun } from '../job-run.ts'
import { JobRunner } from '../job-runner.ts'
import { WorkerJobPort } from '../worker-job-port.ts'

export const ALICE: Principal = { ...OPERATOR, keyId: 'key_alice', accountId: 'acc_alice', operator: false }

const SILENT = { warn: () => undefined, error: () => undefined, info: () => undefined, debug: () => undefined }
const keys = new StoreKeys(Buffer.alloc(32, 3))

/** One run: what it was asked, and what it is told by whoever answers. */
export interface Answering {
  readonly request: RelayRequest
  readonly worker: Worker
  readonly lease: JobLease
  /** Set when the run was given up. */
  gone: boolean
  say(delta: string): void
  /** As the responder does it: what was said is kept first, then the object, then its end is told. */
  complete(text: string): Promise<void>
  refuse(status: number, code: string, retryAfterSeconds?: number): void
  breakOff(): void
}

export interface Worker {
  readonly number: number
  readonly runner: JobRunner
  readonly keeper: WorkerKeeper
  /** Resolves when the desk has begun. */
  readonly ready: Promise<void>
}

export interface JobHouse extends AsyncDisposable {
  readonly library: StoredLibrary
  readonly desk: JobDesk
  /** Of every run that has begun, in order. */
  readonly runs: Answering[]
  hire(perWorker?: number): Worker
  /** As its process would: without a word. */
  kill(worker: Worker): Promise<void>
  /** Resolves when so many runs have begun. */
  begun(count: number): Promise<Answering>
}

export function startJobHouse(
  database: Database,
  options: { readonly perAccount?: number; readonly paid?: boolean } = {},
): JobHouse {
  const runs: Answering[] = []
  const workers = new Map<number, Worker>()
  const dead = new Set<number>()
  let changed = Promise.withResolvers<void>()
  const library: StoredLibrary = new StoredLibrary({
    store: database.responses,
    keys,
    now: Date.now,
    lanes: 2,
    jobEnded: ({ accountId, responseId }) => {
      for (const [number, { runner }] of workers) if (!dead.has(number)) runner.stop(accountId, responseId)
    },
  })
  const desk = new JobDesk({
    library,
    principalOf: async (keyId) => (keyId === ALICE.keyId ? ALICE : null),
    send: (number, order: JobOrder) => {
      const worker = workers.get(number)
      if (worker !== undefined && !dead.has(number) && order.kind === 'run') worker.runner.run(order.job, order.principal)
    },
    forgo: async () => options.paid !== true,
    alone: true,
    log: SILENT,
    lookMs: 50,
  })
  const ready = desk.start()

  function answerOf(worker: Worker, request: RelayRequest, job: JobRun): Answering {
    const { sink } = request
    let sequence = 0
    const id = job.lease.responseId
    const answering: Answering = {
      request,
      worker,
      lease: job.lease,
      gone: false,
      say(delta) {
        if (sequence === 0) sink.head(200, [])
        const event = (type: string, members: string): string =>
          `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence++},${members}}\n\n`
        const begin = sequence === 0 ? event('response.created', `"response":{"id":"${id}"}`) : ''
        sink.write(begin + event('response.output_text.delta', `"delta":${JSON.stringify(delta)}`))
      },
      async complete(text) {
        await job.flushed()
        const item = `{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":${JSON.stringify(text)},"annotations":[]}]}`
        const result = await worker.keeper.save({
          ...draft(),
          responseId: id,
          createdAtMs: Date.now(),
          response: `{"id":"${id}","object":"response","status":"completed","output":[${item}]}`,
          made: null,
          lease: job.lease,
        })
        if (dead.has(worker.number)) return
        if (result === 'stored') sink.end()
        else sink.cut()
      },
      refuse(status, code, retryAfterSeconds) {
        const headers = retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]
        sink.reply(status, headers, JSON.stringify({ error: { code, message: `It is ${code}.` } }))
      },
      breakOff: () => sink.cut(),
    }
    sink.listener = {
      replyGone: () => {
        answering.gone = true
        changed.resolve()
      },
      replyDrained: () => undefined,
    }
    return answering
  }

  return {
    library,
    desk,
    runs,
    hire(perWorker = 2) {
      const number = workers.size + 1
      const ask = async (question: ResponsesAsk): Promise<ResponsesReply> => {
        if (dead.has(number)) throw new Error('dead')
        return await library.answer(question)
      }
      const keeper = new WorkerKeeper({ port: portOf(ask), keys })
      const runner = new JobRunner({
        jobs: new WorkerJobPort({
          keeper,
          ask: async (question) => {
            if (dead.has(number)) throw new Error('dead')
            return await desk.answer(question)
          },
          room: (free, held) => {
            if (!dead.has(number)) desk.room(number, free, held)
          },
        }),
        respond: (request, job) => {
          runs.push(answerOf(worker, request, job))
          changed.resolve()
        },
        check: () => 'model-1',
        refuse: ({ sink }, error: GatewayError) =>
          sink.reply(error.status, [], JSON.stringify({ error: { code: error.code, message: error.message } })),
        limits: () => ({ perWorker, perAccount: options.perAccount ?? 100 }),
        log: SILENT,
      })
      const worker: Worker = { number, runner, keeper, ready }
      workers.set(number, worker)
      runner.start()
      return worker
    },
    async kill(worker) {
      dead.add(worker.number)
      await desk.workerGone(worker.number)
    },
    async begun(count) {
      while (runs.length < count) {
        changed = Promise.withResolvers()
        await changed.promise
      }
      const run = runs[count - 1]
      if (run === undefined) throw new Error('There is no such run.')
      return run
    },
    async [Symbol.asyncDispose]() {
      await desk[Symbol.asyncDispose]()
      for (const { runner } of workers.values()) runner[Symbol.dispose]()
    },
  }
}

function draft() {
  return {
    accountId: ALICE.accountId,
    keyId: ALICE.keyId,
    policy: DEFAULT_RESPONSES_POLICY,
    previousResponseId: null,
    conversationId: null,
    context: null,
    input: ['{"type":"message","role":"user","content":"Hello!"}'],
  } as const
}

/** What the client of a background request got. */
export interface Client {
  readonly text: string
  readonly status: number
  readonly ended: boolean
}

/** Sends one, and resolves with the id that it was given. */
export async function send({ runner, ready }: Worker, stream = false): Promise<{ readonly id: string; readonly client: Client }> {
  await ready
  const client = new CollectingSink()
  const endpoint = ENDPOINT_BY_PATH.get('/v1/responses')
  if (endpoint === undefined) throw new Error('no endpoint')
  const body = Buffer.from(JSON.stringify({ model: 'm', input: 'Hello!', background: true, stream }))
  const request: RelayRequest = {
    id: 'req_1',
    endpoint,
    path: NO_PATH_FACTS,
    body,
    principal: ALICE,
    headers: {},
    startedMs: performance.now(),
    sink: client,
  }
  runner.accept(request, draft())
  await client.heard
  const id = /resp_[0-9a-f]{48}/.exec(client.text)?.[0] ?? ''
  return { id, client }
}

class CollectingSink implements ReplySink {
  listener: ReplyListener | null = null
  headersSent = false
  closed = false
  ended = false
  status = 0
  text = ''
  readonly #first = Promise.withResolvers<void>()

  /** Resolves when it was answered, or the stream has begun. */
  get heard(): Promise<void> {
    return this.#first.promise
  }

  head(status: number): void {
    this.status = status
    this.headersSent = true
  }

  write(chunk: Buffer | string): boolean {
    this.text += chunk.toString()
    this.#first.resolve()
    return true
  }

  reply(status: number, _headers: string[], body: Buffer | string): void {
    this.status = status
    this.text += body.toString()
    this.end()
  }

  end(): void {
    this.ended = true
    this.closed = true
    this.#first.resolve()
  }

  cut(): void {
    this.closed = true
    this.#first.resolve()
  }
}
