// What the control plane has to do with learning: it makes versions by the clock, and keeps what serves in the running
// config, which takes it to the workers.
import type { Logger } from 'pino'
import { catalogue } from '../catalogue/catalogue.ts'
import type { Config } from '../config/config.ts'
import type { AnswerLengths, LearnedTable, LearnedTables } from '../core/learned.ts'
import type { LearningCaller } from '../http/control/api/services.ts'
import { actorOf } from '../identity/actor.ts'
import { writeAudit } from '../identity/audit-log.ts'
import type { ChangePublisher } from '../identity/change.ts'
import { NO_ORIGIN } from '../identity/origin.ts'
import { OPERATOR } from '../identity/principal.ts'
import { pastLengths } from '../routing/auto/costs/past-lengths.ts'
import { LearningService } from '../routing/auto/learning/learning-service.ts'
import type { ShadowAsk, ShadowReply } from '../routing/auto/learning/shadow.ts'
import type { PickerPort } from '../routing/auto/picker-port.ts'
import { viewPool, type PoolView } from '../routing/auto/pools/pool-curve.ts'
import { poolModel } from '../routing/auto/pools/pool-model.ts'
import type { Skills } from '../routing/auto/picker/skills.ts'
import type { Fleet } from '../routing/fleet.ts'
import type { Database } from '../store/database.ts'
import type { DomainStores } from '../store/domain-stores.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RETRY_MS = 1_000
/** How old the lengths of answers may be that the pools' curves are reckoned from. */
const LENGTHS_FOR_MS = 60_000
const NO_LENGTHS = 'how long answers were cannot be read at the moment'
/** Accounts and pools whose tables workers are given; the config goes to each of them whole. */
const MOST_TABLES = 200
const BY_THE_CLOCK: LearningCaller = { principal: OPERATOR, origin: NO_ORIGIN }

export interface LearningPlaneOptions {
  readonly database: Database
  readonly config: () => Config
  readonly fleet: () => Fleet
  readonly picker: () => PickerPort
  readonly changes: ChangePublisher
  readonly drain: () => Promise<void>
  /** Another version serves somewhere. */
  readonly changed: (learned: LearnedTables) => void
  /** What answers were like before this start. */
  readonly remembered?: (lengths: AnswerLengths) => void
  readonly log: Pick<Logger, 'debug' | 'info' | 'error'>
}

export class LearningPlane implements AsyncDisposable {
  readonly service: LearningService<LearningCaller, DomainStores>
  readonly #options: LearningPlaneOptions
  #serving = ''
  /** A version's table never changes. */
  #tables = new Map<string, LearnedTable>()
  #reading: Promise<void> = Promise.resolve()
  #learning: Promise<void> = Promise.resolve()
  #remembering: Promise<void> = Promise.resolve()
  #lengths: { readonly read: Promise<AnswerLengths | null>; readonly readAtMs: number } | null = null
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #hours = 0
  #closed = false

  constructor(options: LearningPlaneOptions) {
    this.#options = options
    const { database, config, fleet, picker, changes, drain } = options
    let priors = new Map<string, Skills>()
    let priorsOf: Config | null = null
    this.service = new LearningService({
      database,
      settings: () => config().auto.learning,
      picker,
      priorOf(model) {
        if (priorsOf !== config()) {
          priorsOf = config()
          priors = new Map()
        }
        const known = priors.get(model)
        if (known !== undefined) return known
        const { skills } = poolModel(model, { fleet: fleet(), catalogue, picker: picker(), auto: config().auto })
        priors.set(model, skills)
        return skills
      },
      longest: (model) => fleet().resolve(model)?.maxOutputTokens ?? null,
      drain,
      actorOf: (who) => (who === BY_THE_CLOCK ? 'schedule' : actorOf(who.principal)),
      note: async (stores, { principal, origin }, note) =>
        await writeAudit(stores.audit, principal, origin, Date.now(), note),
      changed: async () => {
        await changes.publish({ kind: 'auto' })
        await this.refresh()
      },
      now: Date.now,
    })
  }

  async viewPools(): Promise<readonly PoolView[]> {
    const { config, fleet, picker } = this.#options
    const lengths = await this.#lengthsNow()
    const { auto } = config()
    return auto.pools.map((pool) => viewPool(pool, { fleet: fleet(), catalogue, picker: picker(), auto, lengths }))
  }

  /** Read anew, once a minute at most; what was known at the start where the database does not say. Never rejects. */
  async #lengthsNow(): Promise<AnswerLengths | null> {
    const { database, config, log } = this.#options
    if (this.#lengths === null || Date.now() - this.#lengths.readAtMs >= LENGTHS_FOR_MS) {
      const read = pastLengths(database.learning).catch((error: unknown) => {
        log.debug({ err: error }, NO_LENGTHS)
        this.#lengths = null
        return config().answerLengths ?? null
      })
      this.#lengths = { read, readAtMs: Date.now() }
    }
    return await this.#lengths.read
  }

  start(): void {
    this.#remembering = this.#remember()
    this.#timer = setInterval(() => this.#hourPassed(), HOUR_MS).unref()
  }

  /** Resolves when what serves at the call holds here, or could not be read; never rejects. */
  refresh(): Promise<void> {
    this.#reading = this.#reading.then(async () => await this.#read())
    return this.#reading
  }

  async #read(): Promise<void> {
    if (this.#closed) return
    const { database, changed, log } = this.#options
    try {
      const rows = await database.learning.servingTables(MOST_TABLES)
      const serving = rows
        .map(({ accountId, pool, versionId }) => JSON.stringify([accountId, pool, versionId]))
        .toSorted()
        .join()
      if (serving === this.#serving) return
      this.#serving = serving
      this.#tables = new Map(rows.map(({ versionId, table }) => [versionId, this.#tables.get(versionId) ?? table]))
      const byAccount = Object.groupBy(rows, ({ accountId }) => accountId)
      const tablesOf = (ofAccount: typeof rows): LearnedTables[string] =>
        Object.fromEntries(ofAccount.map(({ pool, versionId, table }) => [pool, this.#tables.get(versionId) ?? table]))
      const accounts = Object.entries(byAccount).map(([id, ofAccount = []]) => [id, tablesOf(ofAccount)] as const)
      changed(Object.fromEntries(accounts))
    } catch (error) {
      log.debug({ err: error }, 'what the picker has learned cannot be read at the moment')
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => void this.refresh(), RETRY_MS).unref()
    }
  }

  /** Beside the start, which waits for nothing that is only an estimate. */
  async #remember(): Promise<void> {
    const { database, remembered, log } = this.#options
    try {
      const lengths = await pastLengths(database.learning)
      if (!this.#closed && Object.keys(lengths.models).length > 0) remembered?.(lengths)
    } catch (error) {
      log.debug({ err: error }, NO_LENGTHS)
    }
  }

  /** From a worker. */
  async shadow(ask: ShadowAsk): Promise<ShadowReply> {
    const { learning } = this.#options.database
    const nowMs = Date.now()
    const day = Math.floor(nowMs / DAY_MS)
    switch (ask.kind) {
      case 'hold':
        return { day: (await learning.holdSpend({ ...ask, day })) ? day : null }
      case 'settle':
        await learning.settleSpend(ask, nowMs)
        return { day: ask.day }
      case 'result':
        await learning.addShadow(ask.result, nowMs)
        return { day }
      case 'overhead':
        await learning.addOverhead(ask.receipt, ask.nanos, nowMs)
        return { day }
    }
  }

  #hourPassed(): void {
    const { everyHours, serve } = this.#options.config().auto.learning
    this.#hours += 1
    if (everyHours === 0 || this.#hours < everyHours) return
    this.#hours = 0
    this.#learning = this.#learnNow(Date.now() - everyHours * HOUR_MS, serve)
  }

  async #learnNow(sinceMs: number, serve: boolean): Promise<void> {
    const { log } = this.#options
    try {
      for (const { accountId, pool, version } of await this.service.learn({ sinceMs, serve }, BY_THE_CLOCK)) {
        if (version === null) continue
        const { versionId, replay, serving } = version
        log.info({ accountId, pool, versionId, verdict: replay.verdict, serving }, 'the picker has learned')
      }
    } catch (error) {
      log.error({ err: error }, 'the picker could not learn')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#retry)
    await Promise.all([this.#reading, this.#learning, this.#remembering, this.#lengths?.read])
  }
}
