// /api/wallets and /api/accounts/{account_id}/wallet: what is there, what came and went, and what the operator does.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { listOf, pageQuery, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { MoneyServices } from '../api/services.ts'
import { accountParams } from './accounts.ts'
import { statementOf, statementQuery, statementReply } from './statement.ts'
import {
  amount,
  movedBody,
  movedShape,
  nanosOf,
  repeatKeyOf,
  settingsPatchOf,
  signedAmount,
  signedNanosOf,
  walletBody,
  walletDetailBody,
  walletDetailShape,
  walletPatchShape,
  walletShape,
} from './wallet-shapes.ts'

const route = routeFor<MoneyServices>()
const params = z.strictObject(accountParams)
const note = z.string().max(500).describe('Why, for the statement: the account sees it.')
const TAG = { tag: 'Wallets' } as const
const MOVES = { ...TAG, method: 'POST', access: 'operator', stepUp: true, errors: ['conflict'], params } as const

export const WALLET_ROUTES: readonly Route<MoneyServices>[] = [
  route({
    ...TAG,
    method: 'GET',
    path: '/api/wallets',
    access: 'operator',
    name: 'listWallets',
    summary: 'List wallets',
    description: 'By account id; accounts that never had money have none.',
    query: z.strictObject({ ...pageQuery, state: z.enum(['active', 'locked']).optional() }),
    reply: { description: 'A page of them.', schema: listOf(walletShape) },
    async handler({ principal, query: { limit, after, state } }, { wallets }) {
      const page = await wallets.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(state === undefined ? {} : { state }),
      })
      return listBody(page.wallets.map(walletBody), page.hasMore)
    },
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/accounts/{account_id}/wallet',
    access: 'key',
    name: 'getAccountWallet',
    summary: 'Look at the wallet of an account',
    params,
    reply: { description: 'The wallet; empty where there never was money.', schema: walletDetailShape },
    handler: async ({ principal, params: { account_id } }, { wallets }) =>
      walletDetailBody(await wallets.get(principal, account_id)),
  }),

  route({
    ...TAG,
    method: 'PATCH',
    path: '/api/accounts/{account_id}/wallet',
    access: 'keys:manage',
    stepUp: true,
    name: 'updateAccountWallet',
    summary: 'What happens when the balance gets low',
    params,
    body: walletPatchShape,
    example: { body: { low_balance: { threshold: '5.00', email: 'team@example.com' } } },
    reply: { description: 'The wallet as it is now.', schema: walletDetailShape },
    handler: async ({ principal, params: { account_id }, body, origin }, { wallets }) =>
      walletDetailBody(await wallets.setSettings(principal, account_id, settingsPatchOf(body), origin)),
  }),

  route({
    ...TAG,
    method: 'GET',
    path: '/api/accounts/{account_id}/wallet/entries',
    access: 'keys:manage',
    role: 'admin',
    name: 'listAccountWalletEntries',
    summary: 'The statement of an account',
    description: 'Every transfer, newest first. What calls cost comes in a line for each batch of them.',
    params,
    query: statementQuery,
    reply: statementReply,
    handler: async ({ principal, params: { account_id }, query }, { wallets }) =>
      await statementOf(wallets, principal, account_id, query),
  }),

  route({
    ...MOVES,
    path: '/api/accounts/{account_id}/wallet/top-ups',
    name: 'topUpWallet',
    summary: 'Put money into a wallet',
    idempotent: true,
    body: z.strictObject({ amount, note: note.optional() }).meta({ id: 'TopUp' }),
    example: { body: { amount: '25.00', note: 'Bank transfer of 21 November' } },
    reply: { status: 201, description: 'The transfer, and the wallet after it.', schema: movedShape },
    async handler({ principal, params: { account_id }, body, request, origin }, { wallets }) {
      const move = {
        amountNanos: nanosOf(body.amount, 'amount'),
        note: body.note ?? '',
        repeatKey: repeatKeyOf(request),
      }
      return movedBody(await wallets.topUp(principal, account_id, move, origin))
    },
  }),

  route({
    ...MOVES,
    path: '/api/accounts/{account_id}/wallet/adjustments',
    name: 'adjustWallet',
    summary: 'Correct a wallet, in either direction',
    idempotent: true,
    body: z.strictObject({ amount: signedAmount, note }).meta({ id: 'Adjustment' }),
    example: { body: { amount: '-3.20', note: 'Credited twice on 20 November' } },
    reply: { status: 201, description: 'The transfer, and the wallet after it.', schema: movedShape },
    async handler({ principal, params: { account_id }, body, request, origin }, { wallets }) {
      const move = {
        amountNanos: signedNanosOf(body.amount, 'amount'),
        note: body.note,
        repeatKey: repeatKeyOf(request),
      }
      return movedBody(await wallets.adjust(principal, account_id, move, origin))
    },
  }),

  route({
    ...MOVES,
    path: '/api/accounts/{account_id}/wallet/refunds',
    name: 'refundWallet',
    summary: 'Refund a top-up, or what a call cost',
    description:
      'Of a transfer that brought money in: takes it out of the wallet again, for you to pay it back. Of a call: gives back what it cost. All refunds of one thing together are at most the original.',
    idempotent: true,
    body: z
      .strictObject({
        transfer: z.string().max(64).optional().describe('Id of a top-up, an adjustment or a redeemed code.'),
        request: z.string().max(64).optional().describe('Id of a call; one of the two.'),
        amount: amount.optional().describe('US$; absent = all that is left of it.'),
        note: note.optional(),
      })
      .meta({ id: 'Refund' }),
    example: { body: { request: 'req_5f0c6a2f9e1d4b7a8c00000001', note: 'The answer was of no use' } },
    reply: { status: 201, description: 'The transfer, and the wallet after it.', schema: movedShape },
    async handler({ principal, params: { account_id }, body, request, origin }, { wallets }) {
      const wish = {
        of: refundedOf(body.transfer, body.request),
        amountNanos: body.amount === undefined ? null : nanosOf(body.amount, 'amount'),
        note: body.note ?? '',
        repeatKey: repeatKeyOf(request),
      }
      return movedBody(await wallets.refund(principal, account_id, wish, origin))
    },
  }),

  route({
    ...MOVES,
    path: '/api/accounts/{account_id}/wallet/lock',
    name: 'lockWallet',
    summary: 'Lock a wallet',
    description: 'It pays for no new call, which is answered with 402; what is under way ends as it would have.',
    body: z.strictObject({ reason: z.string().min(1).max(500) }).meta({ id: 'WalletLock' }),
    example: { body: { reason: 'Disputed payment' } },
    reply: { description: 'The wallet as it is now.', schema: walletShape },
    handler: async ({ principal, params: { account_id }, body, origin }, { wallets }) =>
      walletBody(await wallets.setState(principal, account_id, 'locked', body.reason, origin)),
  }),

  route({
    ...MOVES,
    path: '/api/accounts/{account_id}/wallet/unlock',
    name: 'unlockWallet',
    summary: 'Unlock a wallet',
    body: EMPTY_BODY,
    reply: { description: 'The wallet as it is now.', schema: walletShape },
    handler: async ({ principal, params: { account_id }, origin }, { wallets }) =>
      walletBody(await wallets.setState(principal, account_id, 'active', '', origin)),
  }),
]

function refundedOf(
  transfer: string | undefined,
  call: string | undefined,
): { readonly transferId: string } | { readonly requestId: string } {
  if (transfer !== undefined && call === undefined) return { transferId: transfer }
  if (call !== undefined && transfer === undefined) return { requestId: call }
  throw new GatewayError('invalid_request', 'transfer: name either a transfer or a request.', { param: 'transfer' })
}
