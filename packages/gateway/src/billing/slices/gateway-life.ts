// Whether this gateway is known to live, and which others are not heard of any more.
//
// Slices are good only while their gateway lives. It says so with a row of the database, twelve times a minute; who is silent
// for too long by the database's clock is written off by the others, and has another `life` when it is heard again. Where the
// database is one gateway's own nobody else could write it off, and one sign of life is for ever.

import type { Logger } from 'pino'
import { restOf, type WalletStore } from '../wallets/wallet-store.ts'
import { ALWAYS_VALID, type SlicesValid } from './slice-messages.ts'

/** After the beginning of a sign of life that the database took. */
const VALID_MS = 15_000
/** Without a sign of life, by the database's clock. More than `VALID_MS` by what a message may take on its way. */
const DEAD_AFTER_MS = 20_000
/** Nobody is written off before this gateway itself has been heard for so long: the database may have been away for all. */
const WATCHFUL_AFTER_MS = 25_000

export interface GatewayLifeOptions {
  readonly store: Pick<WalletStore, 'renew' | 'writeOffDead'>
  readonly instanceId: string
  /** With other gateways. */
  readonly isShared: boolean
  /** The workers should hear of it. */
  readonly renewed: (valid: SlicesValid) => void
  readonly log: Pick<Logger, 'warn'>
  readonly clock: () => number
}

export class GatewayLife {
  readonly #options: GatewayLifeOptions
  #current = -1
  #validUntilMs = -Infinity
  /** Since when every sign of life has reached the database in time. */
  #heardSinceMs = Infinity
  #renewing: Promise<void> | null = null

  constructor(options: GatewayLifeOptions) {
    this.#options = options
  }

  /** Slices of another life are void; -1 = not heard yet. */
  get current(): number {
    return this.#current
  }

  get isValid(): boolean {
    return this.#options.clock() <= this.#validUntilMs
  }

  /** `machineNowMs` until which slices may be used. */
  get validUntilMs(): number {
    return this.#validUntilMs
  }

  /** What a beat does; a gateway that is alone says it once. */
  async beat(): Promise<void> {
    if (this.#options.isShared || this.#current === -1) await this.renew()
  }

  renew(): Promise<void> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renewNow(): Promise<void> {
    const { store, instanceId, isShared, renewed, log, clock } = this.#options
    const startedAtMs = clock()
    const { life } = await store.renew(instanceId)
    if (startedAtMs > this.#validUntilMs || this.#heardSinceMs === Infinity) this.#heardSinceMs = startedAtMs
    if (this.#current !== -1 && life !== this.#current)
      log.warn({ instanceId }, 'this gateway was not heard of for too long: what its workers had drawn was written off')
    this.#current = life
    this.#validUntilMs = isShared ? startedAtMs + VALID_MS : ALWAYS_VALID
    renewed({ kind: 'slices-valid', life, untilMs: this.#validUntilMs })
  }

  /** @returns how many slices of other gateways went back into their wallets */
  async writeOffOthers(): Promise<number> {
    const { store, isShared, log, clock } = this.#options
    if (!isShared || clock() - this.#heardSinceMs < WATCHFUL_AFTER_MS) return 0
    const dead = await store.writeOffDead(DEAD_AFTER_MS)
    for (const slice of dead) {
      const { sliceId, accountId, holder, instanceId } = slice
      log.warn(
        { sliceId, accountId, holder, instanceId, nanos: restOf(slice) },
        'a gateway is not heard of any more: what it had drawn and not spent is back in its wallet',
      )
    }
    return dead.length
  }
}
