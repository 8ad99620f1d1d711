// How people and their sessions are shown to themselves.
import { z } from 'zod'
import { ROLES } from '../../../identity/member-store.ts'
import type { PasskeyRecord } from '../../../identity/people/factor-store.ts'
import type { PersonRecord } from '../../../identity/people/person-store.ts'
import { csrfTokenOf, type OpenSession } from '../../../identity/people/session-service.ts'
import type { SessionRecord } from '../../../identity/people/session-store.ts'
import type { Principal } from '../../../identity/principal.ts'
import { seconds, unixSeconds, unixSecondsOrNever } from '../api/fields.ts'

const METHODS = ['password', 'passkey', 'oidc', 'link'] as const
const PERSON_ID = 'per_8kZt2QvN5xRm1LcD'
const SESSION_ID = 'ses_4hYb7WsJ0pGfXe9U'

export const selfShape = z
  .strictObject({
    id: z.string().meta({ examples: [PERSON_ID] }),
    object: z.literal('person'),
    email: z.string(),
    email_verified: z.boolean(),
    name: z.string(),
    operator: z.boolean().describe('Runs this gateway.'),
    created_at: unixSeconds,
    last_log_in_at: unixSecondsOrNever,
  })
  .meta({ id: 'Self' })

const sessionFields = {
  id: z.string().meta({ examples: [SESSION_ID] }),
  object: z.literal('session'),
  method: z.enum(METHODS).describe('How it began.'),
  issuer: z.string().describe('Which issuer, for oidc; empty otherwise.'),
  two_factors: z.boolean(),
  created_at: unixSeconds,
  last_seen_at: unixSeconds,
  expires_at: unixSeconds,
  address: z.string().describe('Where it began.'),
  user_agent: z.string(),
} as const

export const sessionShape = z
  .strictObject({ ...sessionFields, current: z.boolean().describe('The one that asks.') })
  .meta({ id: 'Session' })

export const currentSessionShape = z
  .strictObject({
    ...sessionFields,
    person: selfShape,
    csrf_token: z.string().describe('For the header x-csrf-token of every request that changes something.'),
    proved_until: unixSecondsOrNever.describe('Until when what asks for a fresh factor is open; null = it is not.'),
  })
  .meta({ id: 'CurrentSession' })

export const passkeyShape = z
  .strictObject({
    id: z.string().meta({ examples: ['pky_6nMx3TqB8vJd0RfS'] }),
    object: z.literal('passkey'),
    name: z.string(),
    synced: z.boolean().describe('It may lie on several devices.'),
    created_at: unixSeconds,
    last_used_at: unixSecondsOrNever,
  })
  .meta({ id: 'Passkey' })

export const actingShape = z
  .strictObject({
    account: z.string().nullable().describe('In which of your accounts this request acts; null = in none.'),
    role: z.enum(ROLES).nullable().describe('What you are there; null = nothing, or the operator.'),
    must_add_factor: z.boolean().describe('A second factor is asked of you, and nothing else is open before.'),
  })
  .meta({ id: 'Acting' })

export function selfBody(person: PersonRecord): z.input<typeof selfShape> {
  return {
    id: person.personId,
    object: 'person',
    email: person.email,
    email_verified: person.emailVerifiedAtMs !== null,
    name: person.name,
    operator: person.operator,
    created_at: seconds(person.createdAtMs),
    last_log_in_at: seconds(person.lastLogInAtMs),
  }
}

export function sessionBody(session: SessionRecord, currentId: string): z.input<typeof sessionShape> {
  return { ...fieldsOf(session), current: session.sessionId === currentId }
}

export function currentSessionBody(
  { session, token }: OpenSession,
  person: PersonRecord,
  stepUp: { readonly nowMs: number; readonly stepUpMs: number },
): z.input<typeof currentSessionShape> {
  const until = session.provedAtMs === null ? 0 : session.provedAtMs + stepUp.stepUpMs
  return {
    ...fieldsOf(session),
    person: selfBody(person),
    csrf_token: csrfTokenOf(token),
    proved_until: until > stepUp.nowMs ? seconds(until) : null,
  }
}

export function actingBody({ accountId, operator, person }: Principal): z.input<typeof actingShape> {
  return {
    account: operator || accountId === '' ? null : accountId,
    role: person?.role ?? null,
    must_add_factor: person?.mustAddFactor ?? false,
  }
}

export function passkeyBody(record: PasskeyRecord): z.input<typeof passkeyShape> {
  return {
    id: record.passkeyId,
    object: 'passkey',
    name: record.name,
    synced: record.synced,
    created_at: seconds(record.createdAtMs),
    last_used_at: seconds(record.lastUsedAtMs),
  }
}

function fieldsOf(session: SessionRecord) {
  return {
    id: session.sessionId,
    object: 'session' as const,
    method: session.method,
    issuer: session.issuer,
    two_factors: session.twoFactors,
    created_at: seconds(session.createdAtMs),
    last_seen_at: seconds(session.lastSeenAtMs),
    expires_at: seconds(session.expiresAtMs),
    address: session.address,
    user_agent: session.userAgent,
  }
}
