// Watches the invariants of money while the gateway runs (docs/billing.md has them): all of them at the start and once a
// day, what is new every minute. What is found is never mended here: the wallet is locked, so that nothing more is lost,
// and the operator is told, in the log, in the metrics and on /health, until a full look finds nothing any more. The wallet
// stays locked until the operator unlocks it.

import type { Violation, WalletStore } from './wallet-store.ts'

const LOOK_EVERY_MS = 60_000
const FULL_LOOK_EVERY_MS = 24 * 3_600_000

export interface MoneyGuardOptions {
  readonly wallets: Pick<WalletStore, 'checkMoney' | 'find' | 'setState'>
  /** What workers have drawn of a wallet comes back, so that they ask for more and hear that it is locked. */
  readonly callBack: (accountId: string) => Promise<unknown>
  readonly log: {
    error(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

export class MoneyGuard implements AsyncDisposable {
  readonly #options: MoneyGuardOptions
  readonly #known = new Map<string, Violation>()
  #lastTransfer = 0
  #fullLookDueMs = -Infinity
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | null = null
  #closed = false
  /** When the last look, and the last full one, came to their end; unix ms, null = none has. */
  readonly looked: { atMs: number | null; fullAtMs: number | null } = { atMs: null, fullAtMs: null }
  /** Looks that came to their end, and everything that they have found. */
  readonly counts = { looks: 0, found: 0 }

  constructor(options: MoneyGuardOptions) {
    this.#options = options
  }

  /** Begins with a full look. */
  start(everyMs = LOOK_EVERY_MS): void {
    this.#timer = setInterval(() => void this.#lookQuietly(), everyMs).unref()
    void this.#lookQuietly()
  }

  /** What is wrong, as far as is known; empty = all is well. */
  get violations(): readonly Violation[] {
    return [...this.#known.values()]
  }

  /** One look, or the one that is under way. Rejects when the database does not answer. */
  look(options: { readonly full?: boolean } = {}): Promise<void> {
    this.#looking ??= this.#look(options.full ?? performance.now() >= this.#fullLookDueMs).finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#looking?.catch(() => undefined)
  }

  async #lookQuietly(): Promise<void> {
    try {
      await this.look()
    } catch (error) {
      if (!this.#closed)
        this.#options.log.warn({ err: error }, 'the invariants of money could not be checked; tried again in a minute')
    }
  }

  async #look(full: boolean): Promise<void> {
    const { violations, lastTransfer } = await this.#options.wallets.checkMoney(
      full ? { full } : { sinceTransfer: this.#lastTransfer },
    )
    this.#lastTransfer = lastTransfer
    if (full) {
      this.#fullLookDueMs = performance.now() + FULL_LOOK_EVERY_MS
      this.#known.clear()
    }
    this.looked.atMs = Date.now()
    if (full) this.looked.fullAtMs = this.looked.atMs
    this.counts.looks += 1
    this.counts.found += violations.length
    for (const violation of violations) await this.#found(violation)
  }

  async #found(violation: Violation): Promise<void> {
    const { wallets, callBack, log } = this.#options
    const { invariant, accountId, message } = violation
    this.#known.set(`${invariant} ${accountId} ${message}`, violation)
    log.error({ invariant, accountId, violation: message }, 'the books do not balance: an invariant of money is broken')
    if (accountId === '' || (await wallets.find(accountId))?.state === 'locked') return
    await wallets.setState(accountId, 'locked', `Invariant ${invariant} is broken: ${message}`)
    log.error({ invariant, accountId }, 'the wallet is locked until the operator unlocks it')
    try {
      await callBack(accountId)
    } catch (error) {
      log.warn({ err: error, accountId }, 'what workers have drawn of the locked wallet could not be called back')
    }
  }
}
