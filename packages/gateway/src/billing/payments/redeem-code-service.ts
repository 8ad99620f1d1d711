// Redeem codes: the operator makes them in batches, whoever has one turns it into money once. A code is shown when it is
// made and never again; what is kept is an HMAC of it.
import { GatewayError } from '../../core/errors.ts'
import { actorOf } from '../../identity/actor.ts'
import { writeAudit } from '../../identity/audit-log.ts'
import { checkedName, invalid } from '../../identity/checks.ts'
import { randomBase62 } from '../../identity/key-format.ts'
import { mustBeOperator } from '../../identity/must-be-operator.ts'
import { NO_ORIGIN, type Origin } from '../../identity/origin.ts'
import type { Page } from '../../identity/page.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Transfer } from '../wallets/ledger.ts'
import type { MoneyDatabase } from '../money-database.ts'
import { postedOrThrow } from '../money-errors.ts'
import { makeRedeemCode, readRedeemCode, redeemCodeDigest, redeemCodePepper } from './redeem-code-format.ts'
import type { RedeemBatch, RedeemBatchView, RedeemCode } from './redeem-code-store.ts'
import { between, mustBeAmount } from '../wallets/wallet-service.ts'
import type { Wallet } from '../wallets/wallet-store.ts'

export const MOST_CODES = 1000
const LONGEST_EXPIRY_SECONDS = 10 * 366 * 24 * 3600

export interface RedeemCodeServiceOptions {
  readonly database: MoneyDatabase
  /** The installation's secret. */
  readonly secret: Buffer
  readonly now: () => number
}

export interface NewRedeemBatch {
  readonly name: string
  /** Of each code. */
  readonly amountNanos: number
  readonly count: number
  /** Null = never. */
  readonly expiresInSeconds: number | null
}

export interface Redeemed {
  readonly transfer: Transfer
  readonly amountNanos: number
  readonly wallet: Wallet
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. */
export class RedeemCodeService {
  readonly #options: RedeemCodeServiceOptions
  readonly #pepper: Buffer

  constructor(options: RedeemCodeServiceOptions) {
    this.#options = options
    this.#pepper = redeemCodePepper(options.secret)
  }

  /** `codes`: show them once, keep them nowhere. */
  async create(
    principal: Principal,
    wanted: NewRedeemBatch,
    origin: Origin = NO_ORIGIN,
  ): Promise<{ readonly batch: RedeemBatchView; readonly codes: readonly string[] }> {
    mustBeOperator(principal)
    mustBeAmount(wanted.amountNanos, 'amount')
    const { count, expiresInSeconds } = wanted
    if (!Number.isInteger(count) || count < 1 || count > MOST_CODES)
      throw invalid('count', `must be a whole number from 1 to ${MOST_CODES}.`)
    if (expiresInSeconds !== null && !(expiresInSeconds > 0 && expiresInSeconds <= LONGEST_EXPIRY_SECONDS))
      throw invalid('expires_in', 'must be seconds, more than none and less than ten years.')
    const atMs = this.#options.now()
    const batch: RedeemBatch = {
      batchId: `rcb_${randomBase62(16)}`,
      name: checkedName(wanted.name),
      amountNanos: wanted.amountNanos,
      count,
      expiresAtMs: expiresInSeconds === null ? null : atMs + expiresInSeconds * 1000,
      madeBy: actorOf(principal),
      createdAtMs: atMs,
      voidedAtMs: null,
    }
    const codes = Array.from({ length: count }, makeRedeemCode)
    const kept = codes.map((code) => {
      const plain = code.replaceAll('-', '')
      const digest = redeemCodeDigest(plain, this.#pepper)
      return { codeId: `rdc_${randomBase62(16)}`, digest, last4: plain.slice(-4) }
    })
    await this.#options.database.transaction(async (stores) => {
      await stores.redeemCodes.insert(batch, kept)
      const { batchId, name, amountNanos, expiresAtMs } = batch
      await writeAudit(stores.audit, principal, origin, atMs, {
        action: 'redeem_codes.create',
        objectId: batchId,
        accountId: '',
        before: null,
        after: { name, amountNanos, count, expiresAtMs },
      })
    })
    return { batch: { ...batch, redeemedCount: 0 }, codes }
  }

  async list(
    principal: Principal,
    query: { readonly limit: number; readonly after?: string },
  ): Promise<Page<RedeemBatchView>> {
    mustBeOperator(principal)
    return await this.#options.database.redeemCodes.list(query)
  }

  async get(principal: Principal, batchId: string): Promise<RedeemBatchView> {
    mustBeOperator(principal)
    return known(await this.#options.database.redeemCodes.find(batchId), batchId)
  }

  async codes(
    principal: Principal,
    batchId: string,
    query: { readonly limit: number; readonly after?: string },
  ): Promise<Page<RedeemCode>> {
    await this.get(principal, batchId)
    return await this.#options.database.redeemCodes.codes(batchId, query)
  }

  /** Those that were redeemed stay so. Asking again is no error. */
  async void(principal: Principal, batchId: string, origin: Origin = NO_ORIGIN): Promise<RedeemBatchView> {
    mustBeOperator(principal)
    const atMs = this.#options.now()
    return await this.#options.database.transaction(async (stores) => {
      const before = known(await stores.redeemCodes.find(batchId), batchId)
      if (!(await stores.redeemCodes.void(batchId, atMs))) return before
      const after = known(await stores.redeemCodes.find(batchId), batchId)
      await writeAudit(stores.audit, principal, origin, atMs, {
        action: 'redeem_codes.void',
        objectId: batchId,
        accountId: '',
        before: { voidedAtMs: before.voidedAtMs },
        after: { voidedAtMs: after.voidedAtMs },
      })
      return after
    })
  }

  /** For the caller's own account. */
  async redeem(principal: Principal, text: string, origin: Origin = NO_ORIGIN): Promise<Redeemed> {
    const { accountId } = principal
    if (principal.operator || accountId === 'default') {
      throw invalid('code', "is for a customer's account: the operator's own calls are not charged.")
    }
    const code = readRedeemCode(text)
    if (code === null) throw invalid('code', 'is no redeem code: it is mistyped, or not whole.')
    const digest = redeemCodeDigest(code, this.#pepper)
    const atMs = this.#options.now()
    return await this.#options.database.transaction(async (stores) => {
      const worth = await stores.redeemCodes.redeem({ digest, accountId, atMs })
      if (worth === null) {
        if ((await stores.redeemCodes.redeemedBy(digest, accountId)) !== null)
          throw new GatewayError('conflict', 'You have redeemed this code already.', { param: 'code' })
        const message = 'This code cannot be redeemed: it is unknown, used, expired or withdrawn.'
        throw new GatewayError('not_found', message, { param: 'code' })
      }
      const { codeId, batchId, amountNanos } = worth
      const posted = await stores.wallets.post({
        kind: 'redeem',
        idemKey: codeId,
        actor: actorOf(principal),
        reference: `${batchId}/${codeId}`,
        entries: between(accountId, amountNanos, 'promo'),
      })
      const { transfer } = postedOrThrow(posted)
      await stores.walletSettings.rearm(accountId)
      await writeAudit(stores.audit, principal, origin, atMs, {
        action: 'wallet.redeem',
        objectId: codeId,
        accountId,
        before: null,
        after: { batchId, amountNanos, transfer: transfer.transferId },
      })
      return { transfer, amountNanos, wallet: await stores.wallets.ensure(accountId) }
    })
  }
}

function known(batch: RedeemBatchView | undefined, batchId: string): RedeemBatchView {
  if (batch !== undefined) return batch
  throw new GatewayError('not_found', `There is no batch of redeem codes "${batchId.slice(0, 64)}".`)
}
