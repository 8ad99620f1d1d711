// /api/webhooks/stripe: open to everybody, and believes nobody who cannot sign. The body is taken as bytes, under a cap
// that holds before anything is read, and nothing of it is parsed before its signature was found good.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { MOST_WEBHOOK_BYTES } from '../../webhook-paths.ts'
import { type Route, route } from '../api/route.ts'

const replyShape = z.strictObject({
  received: z.literal(true),
  outcome: z
    .enum(['done', 'duplicate', 'ignored'])
    .describe('duplicate = this event was known; ignored = it is of no order of ours.'),
})

export const PAYMENT_WEBHOOK_ROUTES: readonly Route[] = [
  route({
    tag: 'Payments',
    method: 'POST',
    path: '/api/webhooks/stripe',
    access: 'open',
    surface: 'everywhere',
    name: 'receiveStripeEvent',
    summary: 'Events of Stripe',
    description:
      'For Stripe alone: an endpoint with the events checkout.session.*, payment_intent.succeeded, charge.refunded and charge.dispute.*. It is there once payments.stripe is configured.',
    errors: ['invalid_request', 'not_found', 'conflict', 'request_too_large', 'service_unavailable'],
    reply: { description: 'It is in the database.', schema: replyShape },
    async handler({ request }, { payments }) {
      // Before the body: where nobody can pay, strangers have nothing to send.
      if (!payments.isOpen) throw new GatewayError('not_found', 'There is no payment provider here.')
      const body = await readBytes(request)
      const outcome = await payments.receive(body, request.headers.get('stripe-signature'))
      return { received: true as const, outcome }
    },
  }),
]

/** @throws {GatewayError} `request_too_large`, where the length is declared before the first byte is read */
async function readBytes(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (declared !== null && !(Number(declared) <= MOST_WEBHOOK_BYTES)) throw tooLarge()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_WEBHOOK_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): GatewayError {
  return new GatewayError('request_too_large', `An event has at most ${MOST_WEBHOOK_BYTES} bytes.`)
}
