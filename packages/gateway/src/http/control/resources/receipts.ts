// /v1/receipts and /v1/feedback: why the picker chose a model, what that saved, and what its caller thinks of the answer.
import { z } from 'zod'
import type { FoundReceipt } from '../../../billing/usage/receipt-desk.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Principal } from '../../../identity/principal.ts'
import { seconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import { feedbackShape, receiptBody, receiptShape } from './receipt-shapes.ts'
import { seesAccount } from './tenant.ts'

const EXAMPLE_ID = 'rcpt_5f0c6a2f9e1d4b7a8c00000001'
const LABELS = ['good', 'bad'] as const

export const RECEIPT_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/receipts/{receipt_id}',
    access: 'key',
    tag: 'Picker',
    name: 'getReceipt',
    summary: 'Why the picker chose a model',
    description:
      'By the Receipt header of a reply: the candidates with their expected quality and cost, why each was or was not picked, what the call cost and what that saved against the baseline of its pool.',
    errors: ['not_found'],
    params: z.strictObject({
      receipt_id: z
        .string()
        .max(200)
        .describe('As the Receipt header has it.')
        .meta({ examples: [EXAMPLE_ID] }),
    }),
    reply: { description: 'The receipt.', schema: receiptShape },
    async handler({ principal, params: { receipt_id } }, services) {
      return receiptBody(await find(principal, receipt_id, services))
    },
  }),

  route({
    method: 'POST',
    path: '/v1/feedback',
    access: 'key',
    role: 'developer',
    tag: 'Picker',
    name: 'addFeedback',
    summary: 'Say how good an answer was',
    description: 'Of a call that the picker chose the model for. At least one of score, label and corrected_model.',
    errors: ['not_found'],
    body: z.strictObject({
      receipt: z.string().max(200).describe('As the Receipt header has it.'),
      score: z.number().min(0).max(1).optional().describe('0 = useless, 1 = as good as can be.'),
      label: z.enum(LABELS).optional().describe('The same in a word.'),
      corrected_model: z.string().min(1).max(256).optional().describe('The model that should have answered.'),
    }),
    example: { body: { receipt: EXAMPLE_ID, score: 1 } },
    reply: { status: 201, description: 'It is kept as long as the receipt.', schema: feedbackShape },
    async handler({ principal, body }, services) {
      const { score, label, corrected_model: correctedModel } = body
      if (score === undefined && label === undefined && correctedModel === undefined) {
        const message = 'Nothing is said: send score, label or corrected_model.'
        throw new GatewayError('invalid_request', message, { param: 'score' })
      }
      const { receipt } = await find(principal, body.receipt, services)
      const feedback = await services.receipts.addFeedback({
        receiptId: receipt.receiptId,
        accountId: receipt.accountId,
        keyId: principal.keyId,
        score: score ?? (label === undefined ? null : Number(label === 'good')),
        label: label ?? '',
        correctedModel: correctedModel ?? '',
      })
      return {
        id: feedback.feedbackId,
        object: 'feedback' as const,
        receipt: feedback.receiptId,
        created_at: seconds(feedback.createdAtMs),
        score: feedback.score,
        label: feedback.label === '' ? null : feedback.label,
        corrected_model: feedback.correctedModel === '' ? null : feedback.correctedModel,
      }
    },
  }),
]

/** Somebody else's is not found, like one that never was. @throws {GatewayError} `not_found` */
async function find(
  principal: Principal,
  receiptId: string,
  { receipts }: Pick<ControlServices, 'receipts'>,
): Promise<FoundReceipt> {
  const found = await receipts.find(principal.operator ? null : principal.accountId, receiptId)
  if (found !== null && (seesAccount(principal) || found.receipt.keyId === principal.keyId)) return found
  throw new GatewayError('not_found', `There is no receipt "${receiptId.slice(0, 64)}" here.`)
}
