// What a payment, a refund or a dispute does to an order and its wallet. Each runs inside the transaction that remembers
// the event: either both happened, or neither. The order's row is locked first, so that two events of one order wait for
// each other.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../../identity/audit-log.ts'
import { NO_ORIGIN } from '../../identity/origin.ts'
import { OPERATOR, type Principal } from '../../identity/principal.ts'
import { walletAccount } from '../wallets/ledger.ts'
import type { MoneyStores } from '../money-database.ts'
import { postedOrThrow } from '../money-errors.ts'
import { NANOS_PER_CENT } from './payment-settings.ts'
import type { PaymentOrder } from './payment-store.ts'
import { between } from '../wallets/wallet-service.ts'

/** Who stands in the audit log. */
const STRIPE: Principal = Object.freeze({ ...OPERATOR, keyId: 'stripe', accountId: '', operator: false })

export interface Paid {
  readonly amountMinor: number
  readonly currency: string
  readonly sessionRef: string | null
  readonly paymentRef: string | null
  readonly customer: string | null
}

/** @throws {GatewayError} `conflict` when it is not what was ordered; nothing is changed then */
export async function creditOrder(stores: MoneyStores, orderId: string, paid: Paid, atMs: number): Promise<void> {
  const order = await lockedOrder(stores, orderId)
  mustFit(order, paid)
  if (paid.customer !== null) await stores.payments.setCustomer(order.provider, order.accountId, paid.customer)
  if (!(await stores.payments.pay(orderId, { paymentRef: paid.paymentRef ?? order.paymentRef, atMs }))) {
    // Paid already: another event of the same payment, which may know more than the first.
    if (order.paymentRef === null && paid.paymentRef !== null)
      await stores.payments.setRefs(orderId, { paymentRef: paid.paymentRef, atMs })
    return
  }
  const { transfer } = postedOrThrow(
    await stores.wallets.post({
      kind: 'payment',
      idemKey: `${order.provider}:${orderId}`,
      actor: order.provider,
      reference: orderId,
      entries: between(order.accountId, order.amountNanos, 'psp_clearing'),
    }),
  )
  await stores.walletSettings.rearm(order.accountId)
  await audit(stores, atMs, 'payment.paid', order, { amountNanos: order.amountNanos, transfer: transfer.transferId })
}

/** So much was taken back: of refunds the sum of all of them so far, of a dispute its own amount. */
export type Reversal =
  | { readonly kind: 'refund'; readonly totalMinor: number; readonly currency: string }
  | {
      readonly kind: 'chargeback'
      readonly disputeRef: string
      readonly amountMinor: number
      readonly currency: string
    }

/** @throws {GatewayError} `conflict` for more than was paid, and for a payment that we have not heard of yet */
export async function reverseOrder(
  stores: MoneyStores,
  orderId: string,
  reversal: Reversal,
  atMs: number,
): Promise<void> {
  const order = await lockedOrder(stores, orderId)
  if (order.state !== 'paid') {
    throw new GatewayError(
      'conflict',
      `The order ${orderId} is not paid as far as we know. Send this event again later.`,
    )
  }
  if (reversal.currency !== order.currency) throw doesNotFit(order, `the currency is ${reversal.currency}`)
  const idemKey =
    reversal.kind === 'refund'
      ? `${order.provider}:${orderId}:${reversal.totalMinor}`
      : `${order.provider}:${reversal.disputeRef}`
  if ((await stores.wallets.transferByKey(reversal.kind, idemKey)) !== undefined) return
  const nanos =
    reversal.kind === 'chargeback'
      ? // What was refunded before the dispute is not taken twice.
        Math.min(reversal.amountMinor * NANOS_PER_CENT, order.amountNanos - order.reversedNanos)
      : reversal.totalMinor * NANOS_PER_CENT - (await refundedSoFar(stores, order))
  if (nanos <= 0) return
  const { transfer } = postedOrThrow(
    await stores.wallets.post({
      kind: reversal.kind,
      idemKey,
      actor: order.provider,
      reference: orderId,
      correctsId: (await paymentOf(stores, order))?.transferId ?? '',
      entries: between(order.accountId, -nanos, 'psp_clearing'),
      // The provider has taken the money back already: what the wallet has not is the operator's loss.
      shortfallFrom: 'refunds',
    }),
  )
  const taken = -(transfer.entries.find(({ account }) => account === walletAccount(order.accountId))?.nanos ?? 0)
  const shortNanos = nanos - taken
  if (!(await stores.payments.reverse(orderId, { nanos, shortNanos, atMs })))
    throw doesNotFit(order, 'more is taken back than was paid')
  if (shortNanos > 0 && (await stores.wallets.ensure(order.accountId)).state !== 'locked') {
    const reason = `A ${reversal.kind} of the payment ${orderId} could not be covered.`
    await stores.wallets.setState(order.accountId, 'locked', reason)
  }
  await audit(stores, atMs, 'payment.reversed', order, {
    kind: reversal.kind,
    nanos,
    shortNanos,
    transfer: transfer.transferId,
  })
}

/** Until the dispute is over, nothing more is spent of what may have to be given back. */
export async function lockForDispute(
  stores: MoneyStores,
  orderId: string,
  disputeRef: string,
  atMs: number,
): Promise<void> {
  const order = await lockedOrder(stores, orderId)
  const wallet = await stores.wallets.ensure(order.accountId)
  if (wallet.state === 'locked') return
  await stores.wallets.setState(order.accountId, 'locked', disputeReason(orderId, disputeRef))
  await audit(stores, atMs, 'wallet.lock', order, { dispute: disputeRef })
}

/** The dispute is won. */
export async function giveBackDispute(
  stores: MoneyStores,
  orderId: string,
  { disputeRef }: { readonly disputeRef: string },
  atMs: number,
): Promise<void> {
  const order = await lockedOrder(stores, orderId)
  const chargeback = await stores.wallets.transferByKey('chargeback', `${order.provider}:${disputeRef}`)
  if (chargeback === undefined) return
  const { transfer, repeated } = postedOrThrow(
    await stores.wallets.post({
      kind: 'correction',
      idemKey: `${order.provider}:${disputeRef}:reinstated`,
      actor: order.provider,
      reference: orderId,
      correctsId: chargeback.transferId,
      // Each as it was, the other way round: what the operator had lost comes back to him.
      entries: chargeback.entries.map(({ account, nanos }) => ({ account, nanos: -nanos })),
    }),
  )
  if (repeated) return
  const nanosOf = (account: string): number => chargeback.entries.find((entry) => entry.account === account)?.nanos ?? 0
  await stores.payments.reverse(orderId, {
    nanos: -nanosOf('psp_clearing'),
    shortNanos: nanosOf('refunds'),
    atMs,
  })
  const wallet = await stores.wallets.ensure(order.accountId)
  // Only the lock that this dispute had put on.
  if (wallet.lockReason === disputeReason(orderId, disputeRef))
    await stores.wallets.setState(order.accountId, 'active', '')
  await audit(stores, atMs, 'payment.reinstated', order, { dispute: disputeRef, transfer: transfer.transferId })
}

async function lockedOrder({ payments }: MoneyStores, orderId: string): Promise<PaymentOrder> {
  const order = await payments.lock(orderId)
  if (order !== undefined) return order
  throw new GatewayError('not_found', `There is no order "${orderId.slice(0, 64)}".`)
}

function mustFit(order: PaymentOrder, paid: Paid): void {
  if (order.provider !== 'stripe') throw doesNotFit(order, 'it was ordered from another provider')
  if (paid.currency !== order.currency) throw doesNotFit(order, `the currency is ${paid.currency}`)
  if (paid.amountMinor !== order.amountMinor) throw doesNotFit(order, `the amount is ${paid.amountMinor}`)
  if (paid.sessionRef !== null && order.sessionRef !== null && paid.sessionRef !== order.sessionRef)
    throw doesNotFit(order, 'it is of another payment page')
  if (paid.paymentRef !== null && order.paymentRef !== null && paid.paymentRef !== order.paymentRef)
    throw doesNotFit(order, 'it is of another payment')
}

function doesNotFit({ orderId }: PaymentOrder, why: string): GatewayError {
  return new GatewayError(
    'conflict',
    `This event does not fit the order ${orderId}: ${why}. Nothing was credited or taken.`,
  )
}

function paymentOf({ wallets }: MoneyStores, { provider, orderId }: PaymentOrder) {
  return wallets.transferByKey('payment', `${provider}:${orderId}`)
}

/** Of all that was reversed, what refunds have taken; the rest are disputes. */
async function refundedSoFar(stores: MoneyStores, order: PaymentOrder): Promise<number> {
  const payment = await paymentOf(stores, order)
  if (payment === undefined) return 0
  const corrections = await stores.wallets.corrections(payment.transferId)
  return corrections
    .filter(({ kind }) => kind === 'refund')
    .flatMap(({ entries }) => entries)
    .reduce((sum, { account, nanos }) => (account === 'psp_clearing' ? sum + nanos : sum), 0)
}

function disputeReason(orderId: string, disputeRef: string): string {
  return `The payment ${orderId} is disputed (${disputeRef}).`
}

async function audit(
  stores: MoneyStores,
  atMs: number,
  action: 'payment.paid' | 'payment.reversed' | 'payment.reinstated' | 'wallet.lock',
  order: PaymentOrder,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { orderId: objectId, accountId } = order
  await writeAudit(stores.audit, STRIPE, NO_ORIGIN, atMs, { action, objectId, accountId, before: null, after })
}
