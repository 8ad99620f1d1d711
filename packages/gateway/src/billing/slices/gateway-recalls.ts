// Recalls between gateways that share a database: "give back what you have of this wallet", and the answers.
// They go through Redis where there is one. A recall that is not answered soon, and every one without Redis, goes through the
// table of changes as well, which the others read twice a second.

import { randomBytes } from 'node:crypto'
import type { News, RecallNews } from '../../identity/change.ts'
import type { RecallAnswer } from './recall-answer.ts'
import { realTimer, type Timer } from './timer.ts'

/** What Redis needs, and some more. */
const QUICK_MS = 400

/** The other gateways on this database. */
export interface OtherGateways {
  /** Asks these to give back what no call holds; resolves when all have answered or the time is over. */
  recall(accountId: string, instanceIds: readonly string[], timeoutMs: number): Promise<RecallAnswer>
}

export interface GatewayRecallsOptions {
  readonly self: string
  /** Tells the others at once, if there is a way to. */
  readonly hint: (news: News) => void
  /** Tells the others for sure. Never rejects. */
  readonly publish: (news: News) => Promise<void>
  /** What this gateway does when it is asked. Never rejects. */
  readonly recallOwn: (accountId: string) => Promise<RecallAnswer>
  readonly timer?: Timer
}

interface Waiting {
  readonly left: Set<string>
  returnedNanos: number
  complete: boolean
  readonly done: () => void
}

export class GatewayRecalls implements OtherGateways {
  readonly #options: GatewayRecallsOptions
  readonly #waiting = new Map<string, Waiting>()

  constructor(options: GatewayRecallsOptions) {
    this.#options = options
  }

  async recall(accountId: string, instanceIds: readonly string[], timeoutMs: number): Promise<RecallAnswer> {
    const { self, hint, publish, timer = realTimer } = this.#options
    const recallId = randomBytes(8).toString('hex')
    const { promise, resolve: done } = Promise.withResolvers<void>()
    const waiting: Waiting = { left: new Set(instanceIds), returnedNanos: 0, complete: true, done }
    this.#waiting.set(recallId, waiting)
    const ask = { kind: 'recall', recallId, accountId, from: self, to: instanceIds } as const
    hint({ ...ask, byTable: false })
    const dontPublish = timer(() => void publish({ ...ask, byTable: true }), QUICK_MS)
    const stop = timer(done, timeoutMs)
    await promise
    dontPublish()
    stop()
    this.#waiting.delete(recallId)
    return { returnedNanos: waiting.returnedNanos, complete: waiting.complete && waiting.left.size === 0 }
  }

  /** A recall, or an answer to one; those that are for others, and those that come twice, change nothing. */
  heard(news: RecallNews): void {
    const { self } = this.#options
    if (news.kind === 'recalled') {
      const waiting = news.to === self ? this.#waiting.get(news.recallId) : undefined
      if (waiting?.left.delete(news.from) !== true) return
      waiting.returnedNanos += news.returnedNanos
      waiting.complete &&= news.complete
      if (waiting.left.size === 0) waiting.done()
    } else if (news.to.includes(self)) {
      void this.#answer(news)
    }
  }

  async #answer({ recallId, accountId, from, byTable }: Extract<RecallNews, { kind: 'recall' }>): Promise<void> {
    const { self, hint, publish, recallOwn } = this.#options
    const answer: News = { kind: 'recalled', recallId, from: self, to: from, ...(await recallOwn(accountId)) }
    if (byTable) await publish(answer)
    else hint(answer)
  }
}
