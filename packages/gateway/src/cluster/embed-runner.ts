// Has questions embedded by a model of this gateway, through the relay like any other call of the operator's own. A choice
// waits for a vector only where what serves can use it, and no longer than the operator allows; whatever goes wrong, the
// picker's own point decides. What a vector has cost counts against what its call, and its pool, have saved.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { AutoEmbedder } from '../config/auto-config.ts'
import type { Config } from '../config/config.ts'
import { isWish, type DataPolicy } from '../core/data-policy.ts'
import { nanosFromDollars } from '../core/dollars.ts'
import { arrayOf, objectOf, parseJsonObject } from '../core/json.ts'
import { receiptIdOf } from '../core/receipt.ts'
import { newRequestId } from '../core/request-id.ts'
import { OPERATOR } from '../identity/principal.ts'
import type { EmbedOutcome } from '../relay/auto-metrics.ts'
import { ENDPOINT_BY_PATH, NO_PATH_FACTS } from '../relay/endpoints.ts'
import type { Embedding, EmbedPort, EmbedQuestion, RelayRequest } from '../relay/ports.ts'
import { CollectorSink } from '../responses/collector-sink.ts'
import type { AutoRouter } from '../routing/auto/auto-router.ts'
import { unitVector, type EmbeddedPoint } from '../routing/auto/learning/embedded-point.ts'
import type { ReceiptName, ShadowAsk } from '../routing/auto/learning/shadow.ts'
import { hasKeeper } from '../routing/data-keepers.ts'
import type { Fleet } from '../routing/fleet.ts'
import { headerOf } from './header-of.ts'

const EMBEDDINGS = ENDPOINT_BY_PATH.get('/v1/embeddings')
/** Of 1,024 figures at most: 8 MiB in all. */
const KEPT = 2_000
/** More than so many at a time are left out: clients come first. */
const MOST_AT_ONCE = 32
const MOST_REPLY_BYTES = 256 * 1024
/** One that takes longer is no use to anybody. */
const PATIENCE_MS = 5_000
/** After a failure nobody is asked for so long. */
const REST_MS = 5_000

export interface EmbedRunnerOptions {
  readonly config: () => Config
  readonly fleet: Fleet
  readonly auto: Pick<AutoRouter, 'embedFor'>
  readonly call: (request: RelayRequest) => void
  readonly ask: (ask: ShadowAsk) => Promise<unknown>
  /** Of the header that says what a call cost, in lower case. */
  readonly costHeader: () => string
  readonly embedded: (outcome: EmbedOutcome) => void
  /** Counts against what the pool has saved. */
  readonly spent: (pool: string, nanos: number) => void
  readonly log: Pick<Logger, 'debug' | 'warn'>
}

/** A text that was sent to a model, whoever asked. */
interface Sent {
  point: EmbeddedPoint | null
  /** Never rejects; null = it is over. */
  made: Promise<void> | null
}

export class EmbedRunner implements EmbedPort {
  readonly #options: EmbedRunnerOptions
  readonly #sent = new LRUCache<string, Sent>({ max: KEPT })
  #running = 0
  #restsUntilMs = 0

  constructor(options: EmbedRunnerOptions) {
    this.#options = options
  }

  embed({ request, name, options, text, isDryRun }: EmbedQuestion): Embedding | null {
    const { config, auto, fleet, embedded } = this.#options
    const { embedder } = config().auto
    if (embedder === null || text.trim() === '') return null
    const { principal } = request
    const caller = {
      accountId: principal.accountId,
      group: principal.group,
      dataPolicy: principal.dataPolicy ?? null,
    }
    const need = auto.embedFor(name, caller, options, embedder.model)
    if (need === null || (isDryRun && !need.decides)) return null
    const wanted = isWish(need.dataPolicy) ? need.dataPolicy : null
    const route = fleet.resolve(embedder.model)
    if (route === undefined || !hasKeeper(route, wanted)) {
      embedded('left_out')
      return null
    }
    const key = keyOf(embedder, text)
    let sent = this.#sent.get(key)
    if (sent?.point != null) {
      embedded('cached')
      return { point: sent.point, wait: null }
    }
    if (sent?.made == null) {
      if (this.#running >= MOST_AT_ONCE || performance.now() < this.#restsUntilMs) {
        embedded('left_out')
        return null
      }
      const receipt = { receiptId: receiptIdOf(request.id), accountId: principal.accountId }
      const paid = { receipt: isDryRun ? null : receipt, pool: need.pool }
      sent = this.#send(embedder, text, wanted, paid)
      this.#sent.set(key, sent)
    }
    return new Waiting(sent, need.decides ? embedder.waitMs : 0, embedded)
  }

  #send(embedder: AutoEmbedder, text: string, wanted: DataPolicy | null, paid: Paid): Sent {
    const sent: Sent = { point: null, made: null }
    this.#running += 1
    sent.made = this.#call(embedder, text, wanted, paid)
      .then((point) => {
        sent.point = point
        if (point === null) this.#restsUntilMs = performance.now() + REST_MS
      })
      .catch((error: unknown) => {
        this.#restsUntilMs = performance.now() + REST_MS
        this.#options.log.debug({ err: error }, 'a question could not be embedded')
      })
      .finally(() => {
        sent.made = null
        this.#running -= 1
      })
    return sent
  }

  /** Null = there is none. */
  async #call(
    embedder: AutoEmbedder,
    text: string,
    wanted: DataPolicy | null,
    paid: Paid,
  ): Promise<EmbeddedPoint | null> {
    if (EMBEDDINGS === undefined) return null
    const { model, dimensions } = embedder
    const { call, log } = this.#options
    const body = { model, input: text, encoding_format: 'float', ...(dimensions === null ? {} : { dimensions }) }
    const sink = new CollectorSink(MOST_REPLY_BYTES)
    const timer = setTimeout(() => sink.abandon(), PATIENCE_MS)
    call({
      id: newRequestId(),
      endpoint: EMBEDDINGS,
      path: NO_PATH_FACTS,
      body: Buffer.from(JSON.stringify(body)),
      // A fallback of the model is held to it as well.
      principal: wanted === null ? OPERATOR : { ...OPERATOR, dataPolicy: wanted },
      headers: { 'content-type': 'application/json' },
      startedMs: performance.now(),
      sink,
    })
    const { status, headers, body: reply } = await sink.collected
    clearTimeout(timer)
    // The vector is waited for, and the books are not.
    this.#account(headers, paid).catch((error: unknown) => log.debug({ err: error }, 'an embedding is in no receipt'))
    const [first] = arrayOf(parseJsonObject(reply)?.['data']) ?? []
    const vector = status === 200 ? unitVector(arrayOf(objectOf(first)?.['embedding']) ?? []) : null
    if (vector !== null && (dimensions === null || vector.length === dimensions)) return { model, vector }
    if (status === 200)
      log.warn({ model }, 'the embedder gives no vectors of 4 to 1,024 figures, or others than it was asked for')
    return null
  }

  async #account(headers: readonly string[], { receipt, pool }: Paid): Promise<void> {
    const { ask, costHeader, spent, config } = this.#options
    const nanos = nanosFromDollars(headerOf(headers, costHeader()) ?? '') ?? 0
    if (nanos === 0) return
    spent(pool, nanos)
    if (receipt !== null && config().usage.record) await ask({ kind: 'overhead', receipt, nanos })
  }
}

interface Paid {
  /** Null = there is none: nothing but the choice was asked for. */
  readonly receipt: ReceiptName | null
  readonly pool: string
}

/** What one request has of it. */
class Waiting implements Embedding {
  readonly wait: Promise<void> | null
  readonly #sent: Sent

  /** @param waitMs 0 = nobody waits; the point may still come in time for the receipt */
  constructor(sent: Sent, waitMs: number, told: (outcome: EmbedOutcome) => void) {
    this.#sent = sent
    const made = sent.made ?? Promise.resolve()
    const tell = (): void => told(sent.point === null ? 'failed' : 'made')
    if (waitMs === 0) {
      this.wait = null
      void made.then(tell)
      return
    }
    this.wait = new Promise((resolve) => {
      let isOpen = true
      const end = (): void => {
        if (!isOpen) return
        isOpen = false
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        if (isOpen) told('late')
        end()
      }, waitMs)
      void made.then(() => {
        if (isOpen) tell()
        end()
      })
    })
  }

  get point(): EmbeddedPoint | null {
    return this.#sent.point
  }
}

/** The text itself is not kept. */
function keyOf({ model, dimensions }: AutoEmbedder, text: string): string {
  return createHash('sha256').update(`${model}\n${dimensions}\n`).update(text).digest('base64')
}
