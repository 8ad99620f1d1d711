// The answer to every step of coming in: the session, or what is asked for next.
import { z } from 'zod'
import type { LogInOutcome } from '../../../identity/people/log-in-service.ts'
import type { Call } from '../api/route.ts'
import { openedReply, type SessionServices, ticketReply } from '../api/session-reply.ts'
import { currentSessionBody, currentSessionShape } from './person-shapes.ts'

const SECOND_FACTORS = ['totp', 'passkey', 'recovery_code'] as const

export const cameInShape = z
  .strictObject({
    object: z.literal('log_in'),
    state: z.enum(['done', 'second_factor']).describe('done = you are in; the cookie is set.'),
    methods: z.array(z.enum(SECOND_FACTORS)).describe('What is asked for next; empty when it is done.'),
    session: currentSessionShape.nullable(),
  })
  .meta({ id: 'LogIn' })

export async function cameInReply(
  call: Call<unknown, unknown, unknown>,
  services: SessionServices,
  outcome: LogInOutcome,
): Promise<Response> {
  if (outcome.state === 'second_factor') {
    const body = { object: 'log_in', state: 'second_factor', methods: outcome.methods, session: null }
    return ticketReply(call, services, outcome.ticket, cameInShape.parse(body))
  }
  const { opened, person, device } = outcome
  const stepUp = { nowMs: services.state.now(), stepUpMs: services.state.config().people.stepUpMs }
  const session = currentSessionBody(opened, person, stepUp)
  const body = { object: 'log_in', state: 'done', methods: [], session }
  return await openedReply(call, services, opened, cameInShape.parse(body), { device })
}
