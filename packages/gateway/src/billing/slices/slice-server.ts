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
import { restOf, type Slice, type WalletStore } from '../wallets/wallet-store.ts'
import { GatewayLife } from './gateway-life.ts'
import type { OtherGateways } from './gateway-recalls.ts'
import { OrphanSlices } from './orphan-slices.ts'
import { NOTHING_RETURNED, type RecallAnswer, SILENCE } from './recall-answer.ts'
import type { DrawAsk, DrawReply, Drawn, KnownSlice, Recalled } from './slice-messages.ts'
import { realTimer, type Timer } from './timer.ts'
import { type SliceHolder, WorkerRecalls } from './worker-recalls.ts'

const BEAT_MS = 5_000
/** Without Redis the news takes up to a second each way. */
const GATEWAY_ANSWER_MS = 3_000
/** Each round somebody gave something back and somebody else was quicker. */
const MOST_ROUNDS = 6
/** After a recall nobody draws more than he needs. */
const SCARCE_MS = 2_000
/** Of what is available, one draw takes one part of so many at most beyond the need. */
const SHARE_OF = 4

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
  readonly timer?: Timer
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

export class SliceServer implements AsyncDisposable {
  readonly #options: SliceServerOptions
  readonly #clock: () => number
  readonly #accounts = new Map<string, Account>()
  readonly #workers: WorkerRecalls
  readonly #orphans: OrphanSlices
  readonly #life: GatewayLife
  /** Accounts of which a draw was not answered. */
  readonly #uncertain = new Set<string>()
  #beat: NodeJS.Timeout | undefined
  #ticking: Promise<void> | null = null
  #closed = false
  /** For metrics. */
  readonly counts = { draws: 0, recalls: 0, refusals: 0, unanswered: 0, writtenOff: 0 }

  constructor(options: SliceServerOptions) {
    const { clock = machineNowMs, timer = realTimer, others } = options
    this.#options = options
    this.#clock = clock
    this.#workers = new WorkerRecalls({ life: () => this.#life.current, timer })
    this.#orphans = new OrphanSlices(options)
    const isShared = others !== null
    this.#life = new GatewayLife({ ...options, isShared, clock, renewed: (valid) => this.#workers.renew(valid) })
  }

  start(): void {
    this.#beat = setInterval(() => void this.tick(), BEAT_MS).unref()
    void this.tick()
  }

  workerCame(workerId: number, reach: SliceHolder): void {
    this.#workers.add(workerId, reach)
  }

  workerGone(workerId: number): void {
    const holder = this.#workers.remove(workerId)
    if (holder === '') return
    this.#orphans.add(holder)
    void this.#orphans.close()
  }

  /** Rejects when nobody can say. */
  draw(workerId: number, ask: DrawAsk): Promise<DrawReply> {
    this.#workers.introduce(workerId, ask.holder)
    const { promise, resolve, reject } = Promise.withResolvers<DrawReply>()
    const account = this.#accountOf(ask.accountId)
    if (account.questions.push({ workerId, ask, resolve, reject }) === 1) void this.#answerAll(account, ask.accountId)
    return promise
  }

  recalled(answer: Recalled): void {
    this.#workers.answered(answer)
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
        return await this.#workers.recall(accountId, slices, null)
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
    await this.#orphans.close()
    if (!this.#orphans.isEmpty || this.#workers.size > 0) return
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
    if (!this.#orphans.isEmpty) void this.#orphans.close()
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
    const { current: life, validUntilMs } = this.#life
    return { ok: true, sliceId: '', nanos: 0, grantedNanos: 0, life, validUntilMs, scarce: true }
  }

  async #draw(account: Account, ask: DrawAsk): Promise<Drawn | NotDrawnBy> {
    for (let attempt = 0; ; attempt++) {
      if (!this.#life.isValid) await this.#life.renew()
      const drawn = await inTurn(account, () => this.#drawNow(account, ask))
      if (drawn.ok || drawn.reason !== 'expired') return drawn
      if (attempt > 0) throw new Error('This gateway is written off as soon as it is heard of.')
      await this.#life.renew()
    }
  }

  async #drawNow(account: Account, { accountId, holder, needNanos, wishNanos }: DrawAsk): Promise<Drawn | NotDrawnBy> {
    const { store, instanceId } = this.#options
    const scarce = this.#clock() < account.scarceUntilMs
    if (scarce && needNanos === 0) return this.#nothing()
    // As they are now: what is drawn after this and before a write-off is void with the rest.
    const { current: life, validUntilMs } = this.#life
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
        ? inTurn(this.#accountOf(accountId), () => this.#workers.recall(accountId, before, null))
        : this.#workers.recall(accountId, before, question.workerId),
      others === null || elsewhere.size === 0
        ? NOTHING_RETURNED
        : others.recall(accountId, [...elsewhere], GATEWAY_ANSWER_MS),
    ])
    await drainJournals()
    await this.#orphans.close()
    const after = new Map((await store.liveSlices({ accountId })).map((slice) => [slice.sliceId, slice]))
    // Journals may have brought back what nobody was asked for: returns on their way, slices of the dead.
    const gave = before.some(({ sliceId, returnedNanos }) => {
      const now = after.get(sliceId)
      return now === undefined || now.returnedNanos > returnedNanos
    })
    const known = question === null ? null : this.#workers.knownOf([...after.values()], question.ask.holder)
    const complete = own.complete && theirs.complete && this.#areAllReachable([...after.values()])
    return { complete, isLast: complete && !gave, known }
  }

  /** Of this gateway's slices, and on SQLite of all: is there a worker to each? */
  #areAllReachable(slices: readonly Slice[]): boolean {
    const { instanceId, others } = this.#options
    return this.#workers.canReachAll(
      others === null ? slices : slices.filter((slice) => slice.instanceId === instanceId),
    )
  }

  #accountOf(accountId: string): Account {
    const known = this.#accounts.get(accountId)
    if (known !== undefined) return known
    const account: Account = { questions: [], scarceUntilMs: -Infinity, turn: Promise.resolve() }
    this.#accounts.set(accountId, account)
    return account
  }

  // --- every tick ---

  async #tick(): Promise<void> {
    try {
      await this.#life.beat()
      // Where others share the database, silence ends what an earlier process left.
      if (this.#options.others === null) await this.#orphans.lookBack()
      await this.#orphans.close()
      await this.#clearUp()
      if (!this.#closed) this.counts.writtenOff += await this.#life.writeOffOthers()
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
}

/** One after the other, for one account. */
function inTurn<T>(account: Account, work: () => Promise<T>): Promise<T> {
  const result = account.turn.then(work)
  account.turn = result.catch(() => undefined)
  return result
}
