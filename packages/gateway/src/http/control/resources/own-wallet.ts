// /api/wallet: the caller's own. Any key sees the balance; moving money, and the statement, are for keys that manage
// keys.
import { z } from 'zod'
import { dollars, dollarsField, listOf, pageQuery } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, route } from '../api/route.ts'
import { statementOf, statementQuery, statementReply } from './statement.ts'
import {
  amount,
  nanosOf,
  orderBody,
  orderShape,
  settingsPatchOf,
  walletBody,
  walletDetailBody,
  walletDetailShape,
  walletPatchShape,
  walletShape,
} from './wallet-shapes.ts'

const TAG = { tag: 'Wallets' } as const
const ownWalletShape = z
  .strictObject({
    ...walletDetailShape.shape,
    billing: z.enum(['off', 'prepaid']).describe('off = calls of this key are not charged.'),
    can_pay: z.boolean().describe('Whether money can be paid in here: /api/wallet/checkout.'),
  })
  .meta({ id: 'OwnWallet' })

export const OWN_WALLET_ROUTES: readonly Route[] = [
  route({
    ...TAG,
    method: 'GET',
    path: '/api/wallet',
    access: 'key',
    name: 'getWallet',
    summary: 'How much is left',
    reply: { description: "The wallet of the key's account.", schema: ownWalletShape },
    async handler({ principal }, { wallets, payments }) {
      const view = await wallets.get(principal, principal.accountId)
      return { ...walletDetailBody(view), billing: principal.pricing.billing, can_pay: payments.isOpen }
    },
  }),

  route({
    ...TAG,
    method: 'PATCH',
    path: '/api/wallet',
    access: 'keys:manage',
    stepUp: true,
    name: 'updateWallet',
    summary: 'Be told, or be topped up, when the balance gets low',
    body: walletPatchShape,
    example: { body: { auto_top_up: { threshold: '5.00', amount: '25.00', daily_cap: '100.00' } } },
    reply: { description: 'The wallet as it is now.', schema: walletDetailShape },
    handler: async ({ principal, body, origin }, { wallets }) =>
      walletDetailBody(await wallets.setSettings(principal, principal.accountId, settingsPatchOf(body), origin)),
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/wallet/entries',
    access: 'keys:manage',
    role: 'admin',
    name: 'listWalletEntries',
    summary: 'The statement',
    description: 'Every transfer, newest first. What calls cost comes in a line for each batch of them.',
    query: statementQuery,
    reply: statementReply,
    handler: async ({ principal, query }, { wallets }) =>
      await statementOf(wallets, principal, principal.accountId, query),
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/wallet/webhook-key',
    access: 'keys:manage',
    role: 'admin',
    stepUp: true,
    name: 'getWalletWebhookKey',
    summary: 'What messages to your webhook are signed with',
    description:
      'HMAC-SHA-256 over `id.timestamp.body` under the bytes behind `whsec_` (base64), in the header webhook-signature as `v1,` and base64; id and timestamp are the headers webhook-id and webhook-timestamp. This is the scheme of Standard Webhooks.',
    reply: {
      description: 'Show it to nobody.',
      schema: z.strictObject({ object: z.literal('webhook_key'), value: z.string().meta({ examples: ['whsec_...'] }) }),
    },
    handler: ({ principal }, { webhookKey }) => ({
      object: 'webhook_key' as const,
      value: webhookKey(principal.accountId),
    }),
  }),

  route({
    ...TAG,
    method: 'POST',
    path: '/api/wallet/redeem',
    access: 'keys:manage',
    name: 'redeemCode',
    summary: 'Redeem a code',
    description: 'Once: its worth is in the wallet at once.',
    errors: ['conflict', 'not_found'],
    idempotent: true,
    body: z.strictObject({
      code: z.string().min(1).max(100).describe('As it is printed; case and dashes do not matter.'),
    }),
    example: { body: { code: '7F3KQ-0M9ZT-V6Q2W-8RBNX-4C1AD' } },
    reply: {
      status: 201,
      description: 'What it was worth, and the wallet after it.',
      schema: z
        .strictObject({
          id: z.string().describe('Of the transfer.'),
          object: z.literal('redemption'),
          amount: dollarsField,
          wallet: walletShape,
        })
        .meta({ id: 'Redemption' }),
    },
    async handler({ principal, body, origin }, { redeemCodes }) {
      const redeemed = await redeemCodes.redeem(principal, body.code, origin)
      return {
        id: redeemed.transfer.transferId,
        object: 'redemption' as const,
        amount: dollars(redeemed.amountNanos),
        wallet: walletBody(redeemed.wallet),
      }
    },
  }),

  route({
    ...TAG,
    method: 'POST',
    path: '/api/wallet/checkout',
    access: 'keys:manage',
    name: 'createCheckout',
    summary: 'Pay money in',
    description: 'An order, and the page of the payment provider where it is paid. The wallet follows within seconds.',
    errors: ['not_found'],
    idempotent: true,
    body: z
      .strictObject({
        amount,
        save_card: z.boolean().optional().describe('The card may be charged again when the balance gets low.'),
      })
      .meta({ id: 'Checkout' }),
    example: { body: { amount: '25.00', save_card: true } },
    reply: {
      status: 201,
      description: 'Where to pay.',
      schema: z
        .strictObject({ ...orderShape.shape, url: z.string().describe('The page of the payment provider.') })
        .meta({ id: 'CheckoutOrder' }),
    },
    async handler({ principal, body, origin }, { payments }) {
      const wish = { amountNanos: nanosOf(body.amount, 'amount'), saveCard: body.save_card ?? false }
      const { order, url } = await payments.checkout(principal, wish, origin)
      return { ...orderBody(order), url }
    },
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/payments',
    access: 'keys:manage',
    role: 'admin',
    name: 'listPayments',
    summary: 'List payment orders',
    description: 'Newest first. A key sees those of its account, the operator all.',
    query: z.strictObject({
      ...pageQuery,
      account: z.string().max(200).optional().describe('For the operator, who otherwise sees every account.'),
    }),
    reply: { description: 'A page of them.', schema: listOf(orderShape) },
    async handler({ principal, query: { limit, after, account } }, { payments }) {
      const page = await payments.orders(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(account === undefined ? {} : { accountId: account }),
      })
      return listBody(page.records.map(orderBody), page.hasMore)
    },
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/payments/{order_id}',
    access: 'keys:manage',
    role: 'admin',
    name: 'getPayment',
    summary: 'Look at a payment order',
    params: z.strictObject({
      order_id: z
        .string()
        .describe('Id of an order.')
        .meta({ examples: ['ord_Zk3vT0q9XwLr7bNd'] }),
    }),
    reply: { description: 'The order.', schema: orderShape },
    handler: async ({ principal, params: { order_id } }, { payments }) =>
      orderBody(await payments.order(principal, order_id)),
  }),
]
