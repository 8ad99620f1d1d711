// The primary's side of the wallets: it draws slices for its workers, calls unspent money back before anybody is refused,
// and sees to it that the slices of workers and gateways that are gone end.
//
// Of each account one question is open at a time, and the others wait in the order in which they came; so two workers
// never call back from one another what both have just drawn.
//
// A draw that finds too little goes on as a recall, if what all slices hold could make up for it: workers of this gateway
// and of all others give back what no call holds, in their journals, and their primaries bring the journals in. Then it is
// tried again, as long as somebody still had something to give. "Insufficient" is answered only when everybody who holds
// money of the wallet has said that all of it belongs to calls; while one of them is silent (frozen, or just killed),
// nobody can say, and the question fails: 503, and not 402.

import type { Logger } from 'pino'
import { machineNowMs } from '../../core/machine-clock.ts'
import type { Slice, WalletStore } from '../wallets/wallet-store.ts'
import {
  ALWAYS_VALID,
  type DrawAsk,
  type DrawReply,
  type Drawn,
  type KnownSlice,
  type Recalled,
  type RecallOrder,
  type SlicesValid,
} from './slice-messages.ts'

const BEAT_MS = 5_000
/** After the beginning of a sign of life that the database took. */
const VALID_MS = 15_000
/** Without a sign of life, by the database's clock. More than `VALID_MS` by what a message may take on its way. */
const DEAD_AFTER_MS = 20_000
/** Nobody is written off before this gateway itself has been heard for so long: the database may have been away for all. */
const WATCHFUL_AFTER_MS = 25_000
/** A worker answers a recall in a turn of its event loop. */
const WORKER_ANSWER_MS = 1_000
/** Without Redis the news takes up to a second each way. */
const GATEWAY_ANSWER_MS = 3_000
/** Each round somebody gave something back and somebody else was quicker. */
const MOST_ROUNDS = 6
/** After a recall nobody draws more than he needs. */
const SCARCE_MS = 2_000
/** Of what is available, one draw takes one part of so many at most beyond the need. */
const SHARE_OF = 4

export interface RecallAnswer {
  readonly returnedNanos: number
  /** Everybody answered, and everything that they gave back is in the database. */
  readonly complete: boolean
}

/** The other gateways on this database. */
export interface OtherGateways {
  /** Asks these to give back what no call holds; resolves when all have answered or the time is over. */
  recall(accountId: string, instanceIds: readonly string[], timeoutMs: number): Promise<RecallAnswer>
}

export interface SliceServerOptions {
  readonly store: Pick<WalletStore, 'draw' | 'renew' | 'leave' | 'writeOffDead' | 'closeHolder' | 'liveSlices'>
  readonly instanceId: string
  /** Null where the database is one gateway's own. */
  readonly others: OtherGateways | null
  /** Brings in everything that is in the journals of this gateway. */
  readonly drainJournals: () => Promise<void>
  /** Whether the worker of this journal may still write. */
  readonly isAlive: (holder: string) => boolean
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  /** As `machineNowMs` */
  readonly clock?: () => number
  /** Runs something later; what it returns prevents that. */
  readonly timer?: Timer
}

export type Timer = (run: () => void, ms: number) => () => void

export function realTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/** A worker, as the primary reaches it. */
export interface SliceHolder {
  recall(order: RecallOrder): void
  renew(valid: SlicesValid): void
}

type NotDrawnBy = Extract<Awaited<ReturnType<WalletStore['draw']>>, { readonly ok: false }>

interface Question {
  readonly workerId: number
  readonly ask: DrawAsk
  readonly resolve: (reply: DrawReply) => void
  readonly reject: (error: Error) => void
}

/** What came of calling everything back once. */
interface Round {
  /** Everybody who holds money has answered, and what they gave is in the database. */
  readonly complete: boolean
  /** And nobody had anything to give. */
  readonly isLast: boolean
  /** The asker's own slice. */
  readonly known: KnownSlice | null
}

interface Account {
  readonly questions: Question[]
  /** Until then nobody draws more than he needs. */
  scarceUntilMs: number
  /** What `inTurn` does last. */
  turn: Promise<unknown>
}

interface Worker {
  readonly reach: SliceHolder
  /** Known with its first draw. */
  holder: string
}

export class SliceServer implements AsyncDisposable {
  readonly #options: SliceServerOptions
  readonly #clock: () => number
  readonly #timer: Timer
  readonly #accounts = new Map<string, Account>()
  readonly #workers = new Map<number, Worker>()
  /** Journals of workers that are gone, whose slices may be open still. */
  readonly #orphans = new Set<string>()
  #closing: Promise<void> = Promise.resolve()
  /** Accounts of which a draw was not answered. */
  readonly #uncertain = new Set<string>()
  readonly #recalls = new Map<number, (answer: RecallAnswer) => void>()
  #nextRecall = 1
  #life = -1
  #validUntilMs = -Infinity
  /** Since when every sign of life has reached the database in time. */
  #heardSinceMs = Infinity
  /** What an earlier process left behind has been looked for. */
  #lookedBack = false
  #renewing: Promise<void> | null = null
  #beat: NodeJS.Timeout | undefined
  #ticking: Promise<void> | null = null
  #closed = false
  /** For metrics. */
  readonly counts = { draws: 0, recalls: 0, refusals: 0, unanswered: 0, writtenOff: 0 }

  constructor(options: SliceServerOptions) {
    this.#options = options
    this.#clock = options.clock ?? machineNowMs
    this.#timer = options.timer ?? realTimer
  }

  start(): void {
    this.#beat = setInterval(() => void this.tick(), BEAT_MS).unref()
    void this.tick()
  }

  workerCame(workerId: number, reach: SliceHolder): void {
    this.#workers.set(workerId, { reach, holder: '' })
  }

  workerGone(workerId: number): void {
    const holder = this.#workers.get(workerId)?.holder
    this.#workers.delete(workerId)
    if (holder === undefined || holder === '') return
    this.#orphans.add(holder)
    void this.#closeOrphans()
  }

  /** Rejects when nobody can say. */
  draw(workerId: number, ask: DrawAsk): Promise<DrawReply> {
    const worker = this.#workers.get(workerId)
    if (worker !== undefined) worker.holder = ask.holder
    const { promise, resolve, reject } = Promise.withResolvers<DrawReply>()
    const account = this.#accountOf(ask.accountId)
    if (account.questions.push({ workerId, ask, resolve, reject }) === 1) void this.#answerAll(account, ask.accountId)
    return promise
  }

  recalled({ id, returnedNanos, complete }: Recalled): void {
    this.#recalls.get(id)?.({ returnedNanos, complete })
  }

  /** Calls back what the workers of this gateway have; another gateway asks for it. Never rejects. */
  async recallOwn(accountId: string): Promise<RecallAnswer> {
    const { store, instanceId, log, drainJournals } = this.#options
    const account = this.#accountOf(accountId)
    account.scarceUntilMs = this.#clock() + SCARCE_MS
    try {
      // Nothing is drawn between the look at the slices and the answers: it would be in neither.
      const answer = await inTurn(account, async () => {
        const slices = await store.liveSlices({ accountId, instanceId })
        return await this.#recallWorkers(accountId, slices, null)
      })
      await drainJournals()
      return answer
    } catch (error) {
      log.debug({ err: error }, 'what was called back could not be brought into the database')
      return SILENCE
    }
  }

  /**
   * Everything unspent of one wallet goes back to it, from wherever it is: before money leaves it in another way, and when it
   * is locked. Not `complete` = somebody who may hold some has not answered. Rejects when the database does not answer.
   */
  async callBack(accountId: string): Promise<{ readonly complete: boolean }> {
    const { complete } = await this.#round(accountId, null)
    return { complete }
  }

  /** Twelve times a minute: a sign of life, and an end for what belongs to nobody any more. Never rejects. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = null
    })
    return this.#ticking
  }

  /** After the workers are gone and their journals were brought in. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#beat)
    await this.#ticking
    await this.#closeOrphans()
    if (this.#orphans.size > 0 || this.#workers.size > 0) return
    try {
      await this.#options.store.leave(this.#options.instanceId)
    } catch (error) {
      this.#options.log.debug(
        { err: error },
        'the database was not told that this gateway ends; its silence says the same',
      )
    }
  }

  // --- draws ---

  async #answerAll(account: Account, accountId: string): Promise<void> {
    for (let first = account.questions[0]; first !== undefined; first = account.questions[0]) {
      try {
        first.resolve(await this.#answer(account, first))
      } catch (error) {
        this.counts.unanswered += 1
        // It may be committed all the same, and its worker does not know.
        this.#uncertain.add(accountId)
        first.reject(error instanceof Error ? error : new Error(String(error)))
      }
      account.questions.shift()
      // Committed for a worker that is gone: nobody else will ever give it back.
      if (!this.#workers.has(first.workerId)) this.#orphans.add(first.ask.holder)
    }
    if (this.#clock() >= account.scarceUntilMs) this.#accounts.delete(accountId)
    if (this.#orphans.size > 0) void this.#closeOrphans()
  }

  async #answer(account: Account, question: Question): Promise<DrawReply> {
    const { ask } = question
    let last: Round | null = null
    for (let rounds = 0; ; rounds++) {
      const drawn = await this.#draw(account, ask)
      if (drawn.ok) return drawn
      if (drawn.reason === 'locked')
        return { ok: false, reason: 'locked', availableNanos: 0, reachNanos: 0, known: null }
      if (ask.needNanos === 0) return this.#nothing()
      const { availableNanos, heldNanos } = drawn
      // Spent or unspent: all that is held would not do. Or it was all called back, and then there was still too little.
      const wouldDo = availableNanos + heldNanos >= ask.needNanos
      const reachNanos = wouldDo ? availableNanos : availableNanos + heldNanos
      if (!wouldDo || rounds >= MOST_ROUNDS || last?.isLast === true) {
        this.counts.refusals += 1
        return { ok: false, reason: 'insufficient', availableNanos, reachNanos, known: last?.known ?? null }
      }
      if (last?.complete === false) throw new Error('Somebody who holds money of this wallet does not answer.')
      last = await this.#round(ask.accountId, question)
      account.scarceUntilMs = this.#clock() + SCARCE_MS
    }
  }

  #nothing(): Drawn {
    const life = this.#life
    return { ok: true, sliceId: '', nanos: 0, grantedNanos: 0, life, validUntilMs: this.#sendableUntilMs, scarce: true }
  }

  async #draw(account: Account, ask: DrawAsk): Promise<Drawn | NotDrawnBy> {
    for (let attempt = 0; ; attempt++) {
      if (this.#clock() > this.#validUntilMs) await this.#renew()
      const drawn = await inTurn(account, () => this.#drawNow(account, ask))
      if (drawn.ok || drawn.reason !== 'expired') return drawn
      if (attempt > 0) throw new Error('This gateway is written off as soon as it is heard of.')
      await this.#renew()
    }
  }

  async #drawNow(account: Account, { accountId, holder, needNanos, wishNanos }: DrawAsk): Promise<Drawn | NotDrawnBy> {
    const { store, instanceId } = this.#options
    const scarce = this.#clock() < account.scarceUntilMs
    if (scarce && needNanos === 0) return this.#nothing()
    // As they are now: what is drawn after this and before a write-off is void with the rest.
    const life = this.#life
    const validUntilMs = this.#sendableUntilMs
    const wantNanos = scarce ? needNanos : wishNanos
    this.counts.draws += 1
    const drawn = await store.draw({ accountId, holder, instanceId, needNanos, wantNanos, shareOf: SHARE_OF })
    if (!drawn.ok) return drawn
    const { sliceId, drawnNanos: nanos, grantedNanos } = drawn
    return { ok: true, sliceId, nanos, grantedNanos, life, validUntilMs, scarce }
  }

  /** Everybody but the asker gives back what no call holds. */
  async #round(accountId: string, question: Question | null): Promise<Round> {
    this.counts.recalls += 1
    const { store, others, instanceId, drainJournals } = this.#options
    const before = await store.liveSlices({ accountId })
    const elsewhere = new Set<string>()
    for (const slice of before) {
      if (slice.instanceId !== instanceId && restOf(slice) > 0) elsewhere.add(slice.instanceId)
    }
    const [own, theirs] = await Promise.all([
      question === null
        ? inTurn(this.#accountOf(accountId), () => this.#recallWorkers(accountId, before, null))
        : this.#recallWorkers(accountId, before, question.workerId),
      others === null || elsewhere.size === 0
        ? NOTHING_RETURNED
        : others.recall(accountId, [...elsewhere], GATEWAY_ANSWER_MS),
    ])
    await drainJournals()
    await this.#closeOrphans()
    const after = new Map((await store.liveSlices({ accountId })).map((slice) => [slice.sliceId, slice]))
    // Journals may have brought back what nobody was asked for: returns on their way, slices of the dead.
    const gave = before.some(({ sliceId, returnedNanos }) => {
      const now = after.get(sliceId)
      return now === undefined || now.returnedNanos > returnedNanos
    })
    const known = question === null ? null : this.#knownOf([...after.values()], question.ask.holder)
    const complete = own.complete && theirs.complete && this.#areAllReachable([...after.values()])
    return { complete, isLast: complete && !gave, known }
  }

  /** Of this gateway's slices, and on SQLite of all: is there a worker to each? */
  #areAllReachable(slices: readonly Slice[]): boolean {
    const { instanceId, others } = this.#options
    const holders = new Set([...this.#workers.values()].map(({ holder }) => holder))
    return slices.every(
      (slice) =>
        restOf(slice) === 0 || (others !== null && slice.instanceId !== instanceId) || holders.has(slice.holder),
    )
  }

  /** All but the asker, who needs what he has. Their return lines are in the journals, which are to be brought in. */
  async #recallWorkers(accountId: string, slices: readonly Slice[], asker: number | null): Promise<RecallAnswer> {
    const answers = [...this.#workers].map(async ([id, worker]) =>
      id === asker || worker.holder === ''
        ? NOTHING_RETURNED
        : await this.#recallWorker(accountId, worker, this.#knownOf(slices, worker.holder)),
    )
    return (await Promise.all(answers)).reduce(together, NOTHING_RETURNED)
  }

  async #recallWorker(accountId: string, { reach }: Worker, known: KnownSlice | null): Promise<RecallAnswer> {
    const id = this.#nextRecall++
    const { promise, resolve } = Promise.withResolvers<RecallAnswer>()
    this.#recalls.set(id, resolve)
    const stop = this.#timer(() => resolve(SILENCE), WORKER_ANSWER_MS)
    reach.recall({ kind: 'recall', id, accountId, known })
    const answer = await promise
    stop()
    this.#recalls.delete(id)
    return answer
  }

  #knownOf(slices: readonly Slice[], holder: string): KnownSlice | null {
    const slice = slices.find((slice) => slice.holder === holder && slice.state === 'open')
    return slice === undefined ? null : { sliceId: slice.sliceId, grantedNanos: slice.grantedNanos, life: this.#life }
  }

  #accountOf(accountId: string): Account {
    const known = this.#accounts.get(accountId)
    if (known !== undefined) return known
    const account: Account = { questions: [], scarceUntilMs: -Infinity, turn: Promise.resolve() }
    this.#accounts.set(accountId, account)
    return account
  }

  // --- life and death ---

  get #sendableUntilMs(): number {
    return Math.min(this.#validUntilMs, ALWAYS_VALID)
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renewNow(): Promise<void> {
    const { store, instanceId, others, log } = this.#options
    const startedAtMs = this.#clock()
    const { life } = await store.renew(instanceId)
    if (startedAtMs > this.#validUntilMs || this.#heardSinceMs === Infinity) this.#heardSinceMs = startedAtMs
    if (this.#life !== -1 && life !== this.#life)
      log.warn({ instanceId }, 'this gateway was not heard of for too long: what its workers had drawn was written off')
    this.#life = life
    this.#validUntilMs = others === null ? ALWAYS_VALID : startedAtMs + VALID_MS
    const valid: SlicesValid = { kind: 'slices-valid', life, untilMs: this.#validUntilMs }
    for (const { reach } of this.#workers.values()) reach.renew(valid)
  }

  async #tick(): Promise<void> {
    try {
      if (this.#options.others !== null || this.#life === -1) await this.#renew()
      await this.#lookBack()
      await this.#closeOrphans()
      await this.#clearUp()
      await this.#writeOffDead()
    } catch (error) {
      this.#options.log.debug({ err: error }, 'no sign of life could be left for the wallets')
    }
  }

  async #clearUp(): Promise<void> {
    const nowMs = this.#clock()
    for (const [accountId, { questions, scarceUntilMs }] of this.#accounts) {
      if (questions.length === 0 && nowMs >= scarceUntilMs) this.#accounts.delete(accountId)
    }
    for (const accountId of this.#uncertain) {
      this.#uncertain.delete(accountId)
      await this.recallOwn(accountId)
    }
  }

  /**
   * On SQLite, once: slices of workers of an earlier process. Those whose journals are there are closed with them; this
   * is for those that died between a draw and the first line. Where others share the database, silence ends them.
   */
  async #lookBack(): Promise<void> {
    const { store, others, isAlive, drainJournals } = this.#options
    if (others !== null || this.#lookedBack) return
    await drainJournals()
    const holders = (await store.liveSlices({})).map(({ holder }) => holder)
    for (const holder of holders.toSorted()) if (!isAlive(holder)) this.#orphans.add(holder)
    this.#lookedBack = true
  }

  async #writeOffDead(): Promise<void> {
    const { store, others, log } = this.#options
    if (others === null || this.#closed || this.#clock() - this.#heardSinceMs < WATCHFUL_AFTER_MS) return
    for (const slice of await store.writeOffDead(DEAD_AFTER_MS)) {
      const { sliceId, accountId, holder, instanceId } = slice
      this.counts.writtenOff += 1
      log.warn(
        { sliceId, accountId, holder, instanceId, nanos: restOf(slice) },
        'a gateway is not heard of any more: what it had drawn and not spent is back in its wallet',
      )
    }
  }

  /** One at a time. Never rejects: what could not be done is done at the next tick. */
  #closeOrphans(): Promise<void> {
    this.#closing = this.#closing.then(() => this.#closeOrphansNow())
    return this.#closing
  }

  async #closeOrphansNow(): Promise<void> {
    const holders = [...this.#orphans]
    if (holders.length === 0) return
    try {
      await this.#options.drainJournals()
      for (const holder of holders) {
        // Before it is closed: a draw for it may be committed meanwhile, and then it is to be closed again.
        this.#orphans.delete(holder)
        try {
          await this.#options.store.closeHolder(holder)
        } catch (error) {
          this.#orphans.add(holder)
          throw error
        }
      }
    } catch (error) {
      this.#options.log.debug({ err: error }, 'slices of workers that are gone could not be closed yet')
    }
  }
}

const NOTHING_RETURNED: RecallAnswer = Object.freeze({ returnedNanos: 0, complete: true })
const SILENCE: RecallAnswer = Object.freeze({ returnedNanos: 0, complete: false })

/** One after the other, for one account. */
function inTurn<T>(account: Account, work: () => Promise<T>): Promise<T> {
  const result = account.turn.then(work)
  account.turn = result.catch(() => undefined)
  return result
}

function together(a: RecallAnswer, b: RecallAnswer): RecallAnswer {
  return { returnedNanos: a.returnedNanos + b.returnedNanos, complete: a.complete && b.complete }
}

function restOf(slice: Slice): number {
  return slice.grantedNanos - slice.capturedNanos - slice.returnedNanos
}
