// Versions of what the picker has learned: made from an account's own calls, tried on calls that they were not made from,
// served when they win, and taken back by one call. Nothing here is on the way of a request.
//
//   receipts + usage + feedback -> outcomes -> two thirds: a table, one third: replay -> a version -> serves, or does not
import { createHash, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AutoLearning } from '../../../config/auto-config.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { PickerPort } from '../picker-port.ts'
import type { Skills } from '../picker/skills.ts'
import { decisionOf, type Decision } from './decision.ts'
import { fit } from './fit.ts'
import { LearnedSet } from './learned-set.ts'
import type { LearningStore, NewVersion, VersionRecord } from './learning-store.ts'
import { outcomesOf, type Outcome } from './outcomes.ts'
import { replay } from './replay.ts'

interface Stores {
  readonly learning: LearningStore
}

export interface LearningNote {
  readonly action: 'auto.learn' | 'auto.serve' | 'auto.roll_back'
  readonly objectId: string
  readonly accountId: string
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** @typeParam Who who asks, as the audit log wants it */
export interface LearningServiceOptions<Who, Inside extends Stores> {
  readonly database: Stores & { transaction<T>(work: (stores: Inside) => Promise<T>): Promise<T> }
  readonly settings: () => AutoLearning
  readonly picker: () => Pick<PickerPort, 'rank'>
  /** What is known of a model without any learning. */
  readonly priorOf: (model: string) => Skills
  /** Tokens that an answer may have; null = no limit is known. */
  readonly longest: (model: string) => number | null
  /** What workers have written down is in the database afterwards. */
  readonly drain: () => Promise<void>
  readonly actorOf: (who: Who) => string
  /** In the transaction of the change. */
  readonly note: (stores: Inside, who: Who, note: LearningNote) => Promise<void>
  /** Another version serves. */
  readonly changed: () => Promise<void>
  readonly now: () => number
}

/** What came of learning for an account and pool. */
export interface Learned {
  readonly accountId: string
  readonly pool: string
  /** Calls that were looked at, and those of which something is known. */
  readonly decisions: number
  readonly outcomes: number
  /** Null = too little is known to make one. */
  readonly version: VersionRecord | null
}

export interface LearnOptions {
  /** Absent = every account with calls since `sinceMs`. */
  readonly accountId?: string
  readonly sinceMs?: number
  /** Whether one that has won serves at once. */
  readonly serve: boolean
}

/** The newest calls of an account that are learned from. */
const MOST_DECISIONS = 4_000
const PAGE = 400
const LEAST_OUTCOMES = 20
/** One conversation in so many is held out. */
const HELD_OUT = 3
const VERSIONS_KEPT = 20

export class LearningService<Who, Inside extends Stores = Stores> {
  readonly #options: LearningServiceOptions<Who, Inside>
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: LearningServiceOptions<Who, Inside>) {
    this.#options = options
  }

  /** One after the other. @throws {GatewayError} `conflict` where nothing is kept to learn from */
  async learn(options: LearnOptions, who: Who): Promise<readonly Learned[]> {
    if (!this.#options.settings().signals)
      throw new GatewayError('conflict', 'Nothing is kept to learn from: set auto.learning.signals to true.')
    const before = this.#running
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running = promise
    await before
    try {
      await this.#options.drain()
      const { accountId, sinceMs = 0 } = options
      const accounts = accountId === undefined ? await this.#store.accountsSince(sinceMs) : [accountId]
      const learned: Learned[] = []
      for (const account of accounts) learned.push(...(await this.#learnOf(account, options, who)))
      return learned
    } finally {
      resolve()
    }
  }

  versions(filter: { readonly accountId?: string; readonly pool?: string }): Promise<readonly VersionRecord[]> {
    return this.#store.versions({ ...filter, limit: 1_000 })
  }

  /** @throws {GatewayError} `not_found`, `conflict` for one that has not won, or won against another than serves now */
  async serve(versionId: string, who: Who): Promise<VersionRecord> {
    const version = await this.#store.version(versionId)
    if (version === null) throw new GatewayError('not_found', `There is no version "${versionId.slice(0, 64)}".`)
    const { accountId, pool, base } = version
    if (version.serving) throw new GatewayError('conflict', `The version "${versionId}" serves already.`)
    if (!version.replay.won) {
      const message = `The version "${versionId}" has not won on replay (${version.replay.verdict}), so it does not serve.`
      throw new GatewayError('conflict', message)
    }
    const nowServing = (await this.#store.serving(accountId, pool))?.versionId ?? ''
    if (nowServing !== base) throw wonAgainstAnother(versionId, base, nowServing)
    await this.#point({ accountId, pool, versionId }, base, 'auto.serve', who)
    return { ...version, serving: true, servedAtMs: this.#options.now() }
  }

  /** To what served before. @returns '' = to what ships with the gateway @throws {GatewayError} `conflict` when nothing learned serves */
  async rollBack(accountId: string, pool: string, who: Who): Promise<string> {
    const serving = await this.#store.serving(accountId, pool)
    if (serving === null) {
      const message = `Nothing learned serves the account "${accountId.slice(0, 64)}" in this pool: there is nothing to go back from.`
      throw new GatewayError('conflict', message)
    }
    const base = (await this.#store.version(serving.versionId))?.base ?? ''
    const versionId = base !== '' && (await this.#store.version(base)) === null ? '' : base
    await this.#point({ accountId, pool, versionId }, serving.versionId, 'auto.roll_back', who)
    return versionId
  }

  async #point(
    next: { readonly accountId: string; readonly pool: string; readonly versionId: string },
    instead: string,
    action: 'auto.serve' | 'auto.roll_back',
    who: Who,
  ): Promise<void> {
    const { database, note, now, changed } = this.#options
    const { accountId, pool, versionId } = next
    await database.transaction(async (stores) => {
      if (!(await stores.learning.serve(next, instead, now()))) throw changedMeanwhile()
      const objectId = action === 'auto.serve' ? versionId : instead
      const facts = (version: string): Record<string, unknown> => ({ pool, serving: version === '' ? null : version })
      await note(stores, who, { action, objectId, accountId, before: facts(instead), after: facts(versionId) })
    })
    await changed()
  }

  async #learnOf(accountId: string, { serve }: LearnOptions, who: Who): Promise<readonly Learned[]> {
    const decisions = await this.#decisions(accountId)
    const byPool = Map.groupBy(decisions, ({ pool }) => pool)
    const learned: Learned[] = []
    for (const [pool, ofPool] of byPool) {
      const outcomes = outcomesOf(ofPool, this.#options.longest)
      const made = outcomes.size < LEAST_OUTCOMES ? null : await this.#make(accountId, pool, ofPool, outcomes, who)
      const version = made !== null && serve && made.replay.won ? await this.serve(made.versionId, who) : made
      learned.push({ accountId, pool, decisions: ofPool.length, outcomes: outcomes.size, version })
    }
    return learned
  }

  async #make(
    accountId: string,
    pool: string,
    decisions: readonly Decision[],
    outcomes: ReadonlyMap<string, Outcome>,
    who: Who,
  ): Promise<VersionRecord | null> {
    const { settings, picker, priorOf, now, database, note, actorOf } = this.#options
    const [newest] = await this.#store.versions({ accountId, pool, limit: 1 })
    const base = (await this.#store.serving(accountId, pool))?.versionId ?? ''
    const serving = base === '' ? null : await this.#store.table(base)
    const number = (newest?.number ?? 0) + 1
    const versionId = `av_${randomBytes(12).toString('hex')}`
    // Another third each time, so that nothing is held out for ever.
    const isHeldOut = ({ learn }: Decision): boolean => thirdOf(`${number}\n${learn.conversation}`) === 0
    const { exemplars, maxCostRise } = settings()
    const table = fit(
      decisions.filter((decision) => !isHeldOut(decision)),
      outcomes,
      { versionId, nowMs: now(), exemplars },
    )
    await nextTurn()
    const result = replay(decisions.filter(isHeldOut), outcomes, {
      picker: picker(),
      priorOf,
      serving: serving === null ? null : new LearnedSet(serving),
      candidate: new LearnedSet(table),
      maxCostRise,
    })
    const version: NewVersion = {
      versionId,
      accountId,
      pool,
      number,
      madeAtMs: now(),
      madeBy: actorOf(who),
      base,
      table,
      replay: result,
    }
    const isMade = await database.transaction(async (stores) => {
      if (!(await stores.learning.insert(version))) return false
      await stores.learning.prune(accountId, pool, VERSIONS_KEPT)
      const after = { pool, number, verdict: result.verdict, quality: result.quality, cost: result.cost }
      await note(stores, who, { action: 'auto.learn', objectId: versionId, accountId, before: null, after })
      return true
    })
    // Another gateway of the same database has just made it.
    return isMade ? { ...version, serving: false, servedAtMs: null } : null
  }

  /** The oldest first. A page at a time, with a turn for everybody else in between. */
  async #decisions(accountId: string): Promise<readonly Decision[]> {
    const found: Decision[] = []
    let before: { createdAtMs: number; receiptId: string } | undefined
    for (let read = 0; read < MOST_DECISIONS; read += PAGE) {
      const rows = await this.#store.decisions({ accountId, limit: PAGE, ...(before === undefined ? {} : { before }) })
      const feedback = await this.#store.feedbackOn(rows.map(({ receiptId }) => receiptId))
      const byReceipt = new Map(feedback.map((one) => [one.receiptId, one]))
      for (const row of rows) {
        const decision = decisionOf(row, byReceipt.get(row.receiptId) ?? null)
        if (decision !== null) found.push(decision)
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) break
      before = last
      await nextTurn()
    }
    return found.reverse()
  }

  get #store(): LearningStore {
    return this.#options.database.learning
  }
}

function thirdOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt16BE(0) % HELD_OUT
}

function wonAgainstAnother(versionId: string, base: string, serving: string): GatewayError {
  const nameOf = (id: string): string => (id === '' ? 'what ships with the gateway' : `"${id}"`)
  const message = `The version "${versionId}" has won against ${nameOf(base)}, and ${nameOf(serving)} serves now. Learn again.`
  return new GatewayError('conflict', message)
}

function changedMeanwhile(): GatewayError {
  return new GatewayError('conflict', 'Another version began to serve at this moment. Look at it, and try again.')
}
