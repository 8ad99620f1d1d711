// /api/redeem-code-batches: codes that the operator makes, each worth the same.
import { z } from 'zod'
import { MOST_CODES } from '../../../billing/payments/redeem-code-service.ts'
import type { RedeemBatchView, RedeemCode } from '../../../billing/payments/redeem-code-store.ts'
import {
  dollars,
  dollarsField,
  listOf,
  pageQuery,
  seconds,
  unixSeconds,
  unixSecondsOrNever,
  EMPTY_BODY,
} from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { MoneyServices } from '../api/services.ts'
import { csv } from './usage-csv.ts'
import { amount, nanosOf } from './wallet-shapes.ts'

const route = routeFor<MoneyServices>()
const COMMON = { access: 'operator', tag: 'Redeem codes' } as const
const params = z.strictObject({
  batch_id: z
    .string()
    .describe('Id of a batch.')
    .meta({ examples: ['rcb_Zk3vT0q9XwLr7bNd'] }),
})

const batchFields = {
  id: z.string().meta({ examples: ['rcb_Zk3vT0q9XwLr7bNd'] }),
  object: z.literal('redeem_code_batch'),
  name: z.string(),
  amount: dollarsField.describe('Of each code.'),
  count: z.int(),
  redeemed: z.int().describe('How many of them have been redeemed.'),
  expires_at: unixSecondsOrNever,
  created_at: unixSeconds,
  voided_at: unixSecondsOrNever.describe('Since when none of them can be redeemed; null = they can.'),
} as const
const batchShape = z.strictObject(batchFields).meta({ id: 'RedeemCodeBatch' })
const codeShape = z
  .strictObject({
    id: z.string().meta({ examples: ['rdc_Zk3vT0q9XwLr7bNd'] }),
    object: z.literal('redeem_code'),
    last4: z.string().describe('Its end, to recognise it by.'),
    redeemed_at: unixSecondsOrNever,
    redeemed_by: z.string().nullable().describe('An account; null = nobody yet.'),
  })
  .meta({ id: 'RedeemCode' })

export const REDEEM_CODE_ROUTES: readonly Route<MoneyServices>[] = [
  route({
    ...COMMON,
    method: 'POST',
    path: '/api/redeem-code-batches',
    stepUp: true,
    name: 'createRedeemCodes',
    summary: 'Make redeem codes',
    description:
      'Whoever redeems one has its worth in his wallet, once. They are kept as digests, and shown this once.',
    idempotent: true,
    query: z.strictObject({ format: z.enum(['json', 'csv']).optional() }),
    body: z
      .strictObject({
        name: z.string().min(1).max(200).describe('What they are for.'),
        amount: amount.describe('US$ that each is worth.'),
        count: z.int().min(1).max(MOST_CODES).describe('How many.'),
        expires_in: z.int().positive().nullish().describe('Seconds; absent or null = never.'),
      })
      .meta({ id: 'NewRedeemCodes' }),
    example: { body: { name: 'Spring fair', amount: '5.00', count: 100, expires_in: 2_592_000 } },
    reply: {
      status: 201,
      description: 'The only time that the codes are shown.',
      schema: z.strictObject({ ...batchFields, codes: z.array(z.string()) }).meta({ id: 'MadeRedeemCodes' }),
      content: { 'text/csv': 'With format=csv: a line for each code, a heading first.' },
    },
    async handler({ principal, query, body, origin }, { redeemCodes }) {
      const wanted = {
        name: body.name,
        amountNanos: nanosOf(body.amount, 'amount'),
        count: body.count,
        expiresInSeconds: body.expires_in ?? null,
      }
      const { batch, codes } = await redeemCodes.create(principal, wanted, origin)
      if (query.format === 'csv') return codesCsv(batch, codes)
      return { ...batchBody(batch), codes: [...codes] }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/redeem-code-batches',
    name: 'listRedeemCodeBatches',
    summary: 'List batches of redeem codes',
    description: 'Newest first.',
    query: z.strictObject(pageQuery),
    reply: { description: 'A page of them.', schema: listOf(batchShape) },
    async handler({ principal, query: { limit, after } }, { redeemCodes }) {
      const page = await redeemCodes.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
      })
      return listBody(page.records.map(batchBody), page.hasMore)
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/redeem-code-batches/{batch_id}',
    name: 'getRedeemCodeBatch',
    summary: 'Look at a batch of redeem codes',
    params,
    reply: { description: 'The batch.', schema: batchShape },
    handler: async ({ principal, params: { batch_id } }, { redeemCodes }) =>
      batchBody(await redeemCodes.get(principal, batch_id)),
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/redeem-code-batches/{batch_id}/codes',
    name: 'listRedeemCodes',
    summary: 'Who has redeemed which code',
    params,
    query: z.strictObject(pageQuery),
    reply: { description: 'A page of them, in the order in which they were made.', schema: listOf(codeShape) },
    async handler({ principal, params: { batch_id }, query: { limit, after } }, { redeemCodes }) {
      const page = await redeemCodes.codes(principal, batch_id, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
      })
      return listBody(page.records.map(codeBody), page.hasMore)
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/redeem-code-batches/{batch_id}/void',
    stepUp: true,
    name: 'voidRedeemCodes',
    summary: 'Withdraw a batch of redeem codes',
    description: 'Those that have been redeemed stay so. Asking again is no error.',
    params,
    body: EMPTY_BODY,
    reply: { description: 'The batch as it is now.', schema: batchShape },
    handler: async ({ principal, params: { batch_id }, origin }, { redeemCodes }) =>
      batchBody(await redeemCodes.void(principal, batch_id, origin)),
  }),
]

function batchBody(batch: RedeemBatchView): z.input<typeof batchShape> {
  return {
    id: batch.batchId,
    object: 'redeem_code_batch',
    name: batch.name,
    amount: dollars(batch.amountNanos),
    count: batch.count,
    redeemed: batch.redeemedCount,
    expires_at: seconds(batch.expiresAtMs),
    created_at: seconds(batch.createdAtMs),
    voided_at: seconds(batch.voidedAtMs),
  }
}

function codeBody(code: RedeemCode): z.input<typeof codeShape> {
  return {
    id: code.codeId,
    object: 'redeem_code',
    last4: code.last4,
    redeemed_at: seconds(code.redeemedAtMs),
    redeemed_by: code.redeemedBy,
  }
}

function codesCsv(batch: RedeemBatchView, codes: readonly string[]): Response {
  const expires = batch.expiresAtMs === null ? '' : new Date(batch.expiresAtMs).toISOString()
  const rows = codes.map((code) => [code, dollars(batch.amountNanos), expires, batch.batchId])
  return new Response(csv([['code', 'amount_usd', 'expires', 'batch'], ...rows]), {
    status: 201,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${batch.batchId}.csv"`,
    },
  })
}
