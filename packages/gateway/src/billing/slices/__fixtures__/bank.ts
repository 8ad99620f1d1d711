// A gateway's wallets without the gateway: workers and their primary in one thread, on a real database, with journals in
// memory and a clock of their own.

import { usageRecord } from '../../../store/__fixtures__/usage-rows.ts'
import { NO_USAGE } from '../../../core/token-usage.ts'
import type { Database } from '../../../store/database.ts'
import { formatJournalLine, formatReturnLine, parseJournalLines } from '../../journal/journal-line.ts'
import type { JournalRow, SliceReturn } from '../../usage/usage-store.ts'
import type { Hold } from '../../wallets/wallet-authority.ts'
import type { Wallet } from '../../wallets/wallet-store.ts'
import type { DrawAsk, DrawReply } from '../slice-messages.ts'
import { SliceServer } from '../slice-server.ts'
import { WorkerWallets } from '../worker-wallets.ts'

interface Desk {
  readonly wallets: WorkerWallets
  readonly holder: string
  text: string
  silent: boolean
  alive: boolean
}

let banks = 0

export class Bank {
  readonly database: Database
  readonly desks: readonly Desk[]
  slices: SliceServer
  #nowMs = 1_000_000
  #broken = false
  #losesNext = false
  #gate: Promise<void> = Promise.resolve()
  #open: () => void = () => undefined
  #alarms: { readonly dueMs: number; readonly run: () => void }[] = []
  readonly #instanceId: string

  constructor(database: Database, workers: number) {
    this.database = database
    this.#instanceId = `ins_${++banks}`
    this.slices = this.#serve(false)
    this.desks = Array.from({ length: workers }, (_, index) => this.#desk(index))
    this.#introduce()
  }

  /** Of the first worker. */
  get wallets(): WorkerWallets {
    return this.allWallets()[0]
  }

  allWallets(): [WorkerWallets, WorkerWallets, WorkerWallets] {
    const [one, two = one, three = two] = this.desks.map(({ wallets }) => wallets)
    if (one === undefined || two === undefined || three === undefined) throw new Error('there is no worker')
    return [one, two, three]
  }

  async payIn(accountId: string, nanos: number): Promise<void> {
    await this.database.wallets.ensure(accountId)
    if (nanos === 0) return
    await this.database.wallets.post({
      kind: 'top_up',
      idemKey: `pay in ${accountId} ${nanos}`,
      actor: 'test',
      entries: [
        { account: `wallet:${accountId}`, nanos },
        { account: 'psp_clearing', nanos: -nanos },
      ],
    })
  }

  async wallet(accountId: string): Promise<Wallet> {
    return await this.database.wallets.ensure(accountId)
  }

  /** The database is one that other gateways share: without a sign of life slices expire. */
  share(): void {
    this.slices = this.#serve(true)
    this.#introduce()
  }

  silence(desk: number): void {
    const found = this.desks[desk]
    if (found !== undefined) found.silent = true
  }

  kill(index: number): void {
    const desk = this.desks[index]
    if (desk === undefined) return
    desk.alive = false
    this.slices.workerGone(index)
  }

  breakDatabase(): void {
    this.#broken = true
  }

  loseNextAnswer(): void {
    this.#losesNext = true
  }

  /** Answers of the primary stay on their way. */
  holdAnswers(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    this.#open = resolve
  }

  letAnswersPass(): void {
    this.#open()
  }

  async later(ms: number): Promise<void> {
    this.#nowMs += ms
    const due = this.#alarms.filter(({ dueMs }) => dueMs <= this.#nowMs)
    this.#alarms = this.#alarms.filter((alarm) => !due.includes(alarm))
    for (const { run } of due) run()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }

  /** Another gateway finds this one silent. */
  async writeOff(): Promise<void> {
    await this.database.wallets.writeOffDead(0, Date.now() + 3_600_000)
  }

  journalCapture(desk: number, { sliceId }: Hold, costNanos: number, accountId = 'acc_a'): void {
    const found = this.desks[desk]
    if (found === undefined) return
    found.text += formatJournalLine(
      usageRecord({
        requestId: `req_${this.#nowMs++}`,
        accountId,
        usage: NO_USAGE,
        costNanos,
        providerCostNanos: 0,
        sliceId,
        paidNanos: costNanos,
      }),
    )
  }

  async drain(): Promise<void> {
    const { usage } = this.database
    for (const desk of this.desks) {
      const from = await usage.position(desk.holder, 1)
      const rows: JournalRow[] = []
      const returns: SliceReturn[] = []
      const text = desk.text.slice(from)
      if (text === '' && desk.alive) continue
      parseJournalLines(text, rows, { returns })
      const closes = desk.alive ? {} : { closes: desk.holder }
      const position = from + text.length + (desk.alive ? 0 : 1)
      await usage.append(
        { rows, returns, ...closes },
        { instance: desk.holder, segment: 1, from, position, directory: 'memory' },
      )
    }
  }

  #serve(shared: boolean): SliceServer {
    const { wallets } = this.database
    return new SliceServer({
      store: {
        draw: async (draw) => {
          if (this.#broken) throw new Error('the database is away')
          const drawn = await wallets.draw(draw)
          if (!this.#losesNext) return drawn
          this.#losesNext = false
          throw new Error('the answer was lost')
        },
        renew: (id) => wallets.renew(id),
        leave: (id) => wallets.leave(id),
        writeOffDead: (afterMs) => wallets.writeOffDead(afterMs),
        closeHolder: (holder) => wallets.closeHolder(holder),
        liveSlices: (of) => wallets.liveSlices(of),
      },
      instanceId: this.#instanceId,
      others: shared ? { recall: async () => ({ returnedNanos: 0, complete: true }) } : null,
      drainJournals: () => this.drain(),
      isAlive: (name) => this.desks.some(({ holder, alive }) => alive && holder === name),
      log: SILENT,
      clock: () => this.#nowMs,
      // A worker that says nothing will say nothing.
      timer: (run) => {
        if (this.desks.some(({ silent }) => silent)) queueMicrotask(run)
        return () => undefined
      },
    })
  }

  #desk(index: number): Desk {
    const holder = `${this.#instanceId}-w${index}`
    const desk: Desk = {
      holder,
      text: '',
      silent: false,
      alive: true,
      wallets: new WorkerWallets({
        holder,
        clock: () => this.#nowMs,
        draw: (ask) => this.#draw(index, ask),
        giveBack: (sliceId, nanos) => {
          desk.text += formatReturnLine({ sliceId, nanos })
          return true
        },
      }),
    }
    return desk
  }

  async #draw(index: number, ask: DrawAsk): Promise<DrawReply> {
    const reply = await this.slices.draw(index, ask)
    await this.#gate
    return reply
  }

  #introduce(): void {
    for (const [index, desk] of this.desks.entries()) {
      this.slices.workerCame(index, {
        recall: ({ id, accountId, known }) => {
          if (!desk.silent)
            this.slices.recalled({ kind: 'recalled', id, ...desk.wallets.recall(accountId, known) })
        },
        renew: ({ life, untilMs }) => desk.wallets.renew(life, untilMs),
      })
    }
  }
}

const nothing = (): void => undefined
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }
