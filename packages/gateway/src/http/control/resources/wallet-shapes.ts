// How wallets, statements and payment orders look on the wire.
import { z } from 'zod'
import { type Transfer, TRANSFER_KINDS, walletAccount } from '../../../billing/wallets/ledger.ts'
import type { PaymentOrder } from '../../../billing/payments/payment-store.ts'
import type { Moved, SettingsPatch, WalletView } from '../../../billing/wallets/wallet-service.ts'
import type { StatementLine, Wallet } from '../../../billing/wallets/wallet-store.ts'
import { nanosFromDollars } from '../../../core/dollars.ts'
import { GatewayError } from '../../../core/errors.ts'
import { dollars, dollarsField, seconds, unixSeconds, unixSecondsOrNever } from '../api/fields.ts'

/** Amounts as requests have them. */
export const amount = z
  .union([z.string().max(40), z.number()])
  .describe('US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once.')
export const signedAmount = z
  .union([z.string().max(40), z.number()])
  .describe('US$; "-12.50" takes it away. At most 9 places and 1,000,000 at once.')

/** @throws {GatewayError} `invalid_request` */
export function nanosOf(value: string | number, param: string): number {
  const nanos = nanosFromDollars(value)
  if (nanos !== undefined) return nanos
  throw new GatewayError('invalid_request', `${param}: must be US$, like "12.50": at most 9 places, and 1,000,000.`, {
    param,
  })
}

export function signedNanosOf(value: string | number, param: string): number {
  const text = String(value).trim()
  return text.startsWith('-') ? -nanosOf(text.slice(1), param) : nanosOf(text, param)
}

/** Null where there is none: the next request is another one. */
export function repeatKeyOf(request: Request): string | null {
  return request.headers.get('idempotency-key')
}

const lowBalanceShape = z
  .strictObject({
    threshold: dollarsField,
    webhook_url: z.string().nullable(),
    email: z.string().nullable(),
  })
  .describe('Who is told, once, when the balance falls below the threshold.')
  .meta({ id: 'LowBalance' })

const autoTopUpShape = z
  .strictObject({
    threshold: dollarsField,
    amount: dollarsField,
    daily_cap: dollarsField.describe('What is charged at most in any 24 hours.'),
    paused: z
      .string()
      .nullable()
      .describe('Why no card is charged until the setting is saved again; null = it is active.'),
  })
  .describe('The saved card is charged, once, when the balance falls below the threshold.')
  .meta({ id: 'AutoTopUp' })

export const walletShape = z
  .strictObject({
    id: z
      .string()
      .describe('Of the account.')
      .meta({ examples: ['acc_Zk3vT0q9XwLr7bNd'] }),
    object: z.literal('wallet'),
    currency: z.literal('USD'),
    balance: dollarsField.describe('Available and held together: what is left.'),
    available: dollarsField.describe('What nobody has reserved.'),
    held: dollarsField.describe('Reserved for calls under way and for the next ones; what they do not use comes back.'),
    state: z.enum(['active', 'locked']).describe('A locked wallet pays for no call.'),
    lock_reason: z.string().nullable(),
  })
  .meta({ id: 'Wallet' })

export const walletDetailShape = z
  .strictObject({
    ...walletShape.shape,
    low_balance: lowBalanceShape.nullable(),
    auto_top_up: autoTopUpShape.nullable(),
  })
  .meta({ id: 'WalletDetail' })

export function walletBody(wallet: Wallet): z.input<typeof walletShape> {
  return {
    id: wallet.accountId,
    object: 'wallet',
    currency: 'USD',
    balance: dollars(BigInt(wallet.availableNanos) + BigInt(wallet.heldNanos)),
    available: dollars(wallet.availableNanos),
    held: dollars(wallet.heldNanos),
    state: wallet.state,
    lock_reason: wallet.state === 'locked' ? wallet.lockReason : null,
  }
}

export function walletDetailBody({ wallet, settings }: WalletView): z.input<typeof walletDetailShape> {
  const { lowBalance, autoTopUp, autoTopUpPaused } = settings
  return {
    ...walletBody(wallet),
    low_balance: lowBalance && {
      threshold: dollars(lowBalance.thresholdNanos),
      webhook_url: lowBalance.webhookUrl || null,
      email: lowBalance.email || null,
    },
    auto_top_up: autoTopUp && {
      threshold: dollars(autoTopUp.thresholdNanos),
      amount: dollars(autoTopUp.amountNanos),
      daily_cap: dollars(autoTopUp.dailyCapNanos),
      paused: autoTopUpPaused || null,
    },
  }
}

export const walletPatchShape = z
  .strictObject({
    low_balance: z
      .strictObject({
        threshold: amount,
        webhook_url: z
          .string()
          .max(2000)
          .nullish()
          .describe('https only; messages are signed, see /api/wallet/webhook-key.'),
        email: z.string().max(254).nullish(),
      })
      .nullish()
      .describe('null = tell nobody.'),
    auto_top_up: z
      .strictObject({ threshold: amount, amount, daily_cap: amount })
      .nullish()
      .describe('Needs a card that was saved with a top-up; null = never.'),
  })
  .describe('What is absent stays as it is; what is there is replaced whole.')
  .meta({ id: 'WalletPatch' })

export function settingsPatchOf(patch: z.output<typeof walletPatchShape>): SettingsPatch {
  const { low_balance: low, auto_top_up: auto } = patch
  return {
    ...(low === undefined
      ? {}
      : {
          lowBalance: low && {
            thresholdNanos: nanosOf(low.threshold, 'low_balance.threshold'),
            webhookUrl: low.webhook_url ?? '',
            email: low.email ?? '',
          },
        }),
    ...(auto === undefined
      ? {}
      : {
          autoTopUp: auto && {
            thresholdNanos: nanosOf(auto.threshold, 'auto_top_up.threshold'),
            amountNanos: nanosOf(auto.amount, 'auto_top_up.amount'),
            dailyCapNanos: nanosOf(auto.daily_cap, 'auto_top_up.daily_cap'),
          },
        }),
  }
}

const transferHead = {
  id: z.string().meta({ examples: ['tr_42'] }),
  created_at: unixSeconds,
  kind: z.enum(TRANSFER_KINDS),
  amount: dollarsField.describe('What the wallet gained; negative = lost.'),
  note: z.string().nullable(),
  reference: z.string().nullable().describe('What it is about: an order, a code, a call.'),
  corrects: z.string().nullable().describe('The transfer that it refunds or corrects.'),
} as const

export const movedShape = z
  .strictObject({
    ...transferHead,
    object: z.literal('transfer'),
    repeated: z.boolean().describe('It had been done before; nothing was moved now.'),
    wallet: walletShape,
  })
  .meta({ id: 'Transfer' })

export function movedBody({ transfer, wallet, repeated }: Moved): z.input<typeof movedShape> {
  const { transferId, atMs, kind, note, reference, correctsId } = transfer
  return {
    id: transferId,
    object: 'transfer',
    created_at: seconds(atMs),
    kind,
    amount: dollars(nanosFor(transfer, wallet.accountId)),
    note: note || null,
    reference: reference || null,
    corrects: correctsId || null,
    repeated,
    wallet: walletBody(wallet),
  }
}

function nanosFor({ entries }: Transfer, accountId: string): number {
  return entries.find(({ account }) => account === walletAccount(accountId))?.nanos ?? 0
}

export const entryShape = z
  .strictObject({
    ...transferHead,
    object: z.literal('wallet_entry'),
    balance: dollarsField.describe('Of the wallet after it.'),
    actor: z.string().optional().describe('For the operator only: who did it.'),
  })
  .meta({ id: 'WalletEntry' })

export function entryBody(line: StatementLine, forOperator: boolean): z.input<typeof entryShape> {
  return {
    id: line.transferId,
    object: 'wallet_entry',
    created_at: seconds(line.atMs),
    kind: line.kind,
    amount: dollars(line.nanos),
    balance: dollars(line.balanceNanos),
    note: line.note || null,
    reference: line.reference || null,
    corrects: line.correctsId || null,
    ...(forOperator ? { actor: line.actor } : {}),
  }
}

export const orderShape = z
  .strictObject({
    id: z.string().meta({ examples: ['ord_Zk3vT0q9XwLr7bNd'] }),
    object: z.literal('payment_order'),
    account: z.string(),
    provider: z.enum(['stripe']),
    kind: z.enum(['checkout', 'auto']).describe('auto = the saved card, when the balance was low.'),
    amount: dollarsField,
    state: z.enum(['pending', 'paid', 'failed', 'expired']),
    failure: z.string().nullable().describe('Why it failed.'),
    reversed: dollarsField.describe('Taken back by refunds and disputes.'),
    payment: z.string().nullable().describe("The provider's id of the payment."),
    created_at: unixSeconds,
    paid_at: unixSecondsOrNever.describe('Unix seconds; null = it is not paid.'),
  })
  .meta({ id: 'PaymentOrder' })

export function orderBody(order: PaymentOrder): z.input<typeof orderShape> {
  return {
    id: order.orderId,
    object: 'payment_order',
    account: order.accountId,
    provider: order.provider,
    kind: order.kind,
    amount: dollars(order.amountNanos),
    state: order.state,
    failure: order.failure || null,
    reversed: dollars(order.reversedNanos),
    payment: order.paymentRef,
    created_at: seconds(order.createdAtMs),
    paid_at: seconds(order.paidAtMs),
  }
}
