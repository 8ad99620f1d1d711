// /api/people: everybody who can log in, for the operator. `fairlead admin` asks here as well.
import { z } from 'zod'
import type { FactorSummary } from '../../../identity/people/factor-store.ts'
import type { MadeLink, PersonService } from '../../../identity/people/person-service.ts'
import { PERSON_STATUSES, type PersonRecord } from '../../../identity/people/person-store.ts'
import { listOf, pageQuery, seconds, unixSeconds, unixSecondsOrNever, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import { memberBody, memberShape } from './members.ts'

export interface PersonRouteServices {
  readonly people: { readonly persons: PersonService }
}

const route = routeFor<PersonRouteServices>()

const PERSON_ID = 'per_9aTf2LqZ6mXcVb1W'
const params = z.strictObject({
  person_id: z
    .string()
    .describe('Id of a person.')
    .meta({ examples: [PERSON_ID] }),
})

const personFields = {
  id: z.string().meta({ examples: [PERSON_ID] }),
  object: z.literal('person'),
  email: z.string(),
  email_verified_at: unixSecondsOrNever.describe('When it became sure that the address is theirs; null = it is not.'),
  name: z.string(),
  operator: z.boolean().describe('Runs this gateway.'),
  status: z.enum(PERSON_STATUSES),
  created_at: unixSeconds,
  last_log_in_at: unixSecondsOrNever,
} as const
const personShape = z.strictObject(personFields).meta({ id: 'Person' })

const factorsShape = z
  .strictObject({
    has_password: z.boolean(),
    passkeys: z.int(),
    totp: z.boolean().describe('Codes of an app.'),
    recovery_codes: z.int().describe('Those that are left.'),
    identities: z.int().describe('Accounts at issuers.'),
  })
  .meta({ id: 'FactorSummary' })

const personDetailShape = z
  .strictObject({ ...personFields, factors: factorsShape, memberships: z.array(memberShape) })
  .meta({ id: 'PersonDetail' })

const linkShape = z
  .strictObject({
    object: z.literal('link'),
    url: z.string().describe('Works once; whoever has it is that person. Shown this once.'),
    expires_at: unixSeconds,
  })
  .meta({ id: 'OneTimeLink' })

const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')
const LOOKS = { access: 'operator', tag: 'People', method: 'GET' } as const
const CHANGES = { access: 'operator', tag: 'People', stepUp: true } as const

export const PERSON_ROUTES: readonly Route<PersonRouteServices>[] = [
  route({
    ...LOOKS,
    path: '/api/people',
    name: 'listPeople',
    summary: 'List people',
    description: 'Newest first.',
    query: z.strictObject({
      ...pageQuery,
      email: z.string().max(320).optional().describe('Only the one with this address.'),
      status: z.enum(PERSON_STATUSES).optional(),
      operator: z.enum(['true', 'false']).optional().describe('Only operators, or only others.'),
    }),
    reply: { description: 'A page of them.', schema: listOf(personShape) },
    async handler({ principal, query: { limit, after, email, status, operator } }, { people }) {
      const page = await people.persons.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(email === undefined ? {} : { email }),
        ...(status === undefined ? {} : { status }),
        ...(operator === undefined ? {} : { operator: operator === 'true' }),
      })
      return listBody(page.records.map(personBody), page.hasMore)
    },
  }),

  route({
    ...LOOKS,
    path: '/api/people/{person_id}',
    name: 'getPerson',
    summary: 'Look at a person',
    params,
    reply: { description: 'What they log in with, and where they belong.', schema: personDetailShape },
    async handler({ principal, params: { person_id } }, { people }) {
      const { person, factors, places } = await people.persons.get(principal, person_id)
      return { ...personBody(person), factors: factorsBody(factors), memberships: places.map(memberBody) }
    },
  }),

  route({
    ...CHANGES,
    method: 'POST',
    path: '/api/people',
    name: 'createPerson',
    summary: 'Make a person',
    description: 'You vouch for the address. The link lets them choose how to log in.',
    errors: ['conflict'],
    body: z
      .strictObject({
        email: z
          .string()
          .max(320)
          .meta({ examples: ['ada@example.com'] }),
        name: name.optional().describe('The part before the @, when absent.'),
        operator: z.boolean().optional(),
      })
      .meta({ id: 'NewPerson' }),
    example: { body: { email: 'ada@example.com' } },
    reply: {
      status: 201,
      description: 'They are there, and cannot log in before the link was used.',
      schema: z.strictObject({ ...personFields, link: linkShape }).meta({ id: 'MadePerson' }),
    },
    async handler({ principal, body, origin }, { people }) {
      const wanted = {
        email: body.email,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.operator === undefined ? {} : { operator: body.operator }),
      }
      const { person, link } = await people.persons.create(principal, wanted, origin)
      return { ...personBody(person), link: linkBody(link) }
    },
  }),

  route({
    ...CHANGES,
    method: 'PATCH',
    path: '/api/people/{person_id}',
    name: 'updatePerson',
    summary: 'Change a person',
    description: 'Whoever becomes an operator, or ceases to be one, is logged out.',
    errors: ['conflict'],
    params,
    body: z.strictObject({ name: name.optional(), operator: z.boolean().optional() }).meta({ id: 'PersonPatch' }),
    example: { body: { operator: true } },
    reply: { description: 'As they are now.', schema: personShape },
    async handler({ principal, params: { person_id }, body, origin }, { people }) {
      const patch = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.operator === undefined ? {} : { operator: body.operator }),
      }
      return personBody(await people.persons.update(principal, person_id, patch, origin))
    },
  }),

  ...(
    [
      ['suspend', 'suspended', 'Suspend a person', 'Sessions end at once, and tokens are refused.'],
      ['restore', 'active', 'Let a person in again', 'With the factors and roles that they had.'],
    ] as const
  ).map(([verb, status, summary, description]) =>
    route({
      ...CHANGES,
      method: 'POST',
      path: `/api/people/{person_id}/${verb}`,
      name: `${verb}Person`,
      summary,
      description,
      errors: ['conflict'],
      params,
      body: EMPTY_BODY,
      reply: { description: 'As they are now.', schema: personShape },
      handler: async ({ principal, params: { person_id }, origin }, { people }) =>
        personBody(await people.persons.setStatus(principal, person_id, status, origin)),
    }),
  ),

  route({
    ...CHANGES,
    method: 'POST',
    path: '/api/people/{person_id}/links',
    name: 'createPersonLink',
    summary: 'Make a link that lets a person in',
    description: 'They choose anew how to log in. It works once, for a day, and ends the one before it.',
    params,
    body: z.strictObject({ send: z.boolean().optional().describe('Send it to them by mail as well.') }),
    example: { body: { send: true } },
    reply: { status: 201, description: 'The only time that the link is shown.', schema: linkShape },
    handler: async ({ principal, params: { person_id }, body, origin }, { people }) =>
      linkBody(await people.persons.makeLink(principal, person_id, body.send ?? false, origin)),
  }),

  route({
    ...CHANGES,
    method: 'POST',
    path: '/api/people/{person_id}/reset-factors',
    name: 'resetPersonFactors',
    summary: 'Take away all that a person logs in with',
    description: 'Passwords, passkeys, codes, tokens and sessions end at once. The link lets them begin anew.',
    params,
    body: EMPTY_BODY,
    reply: { status: 201, description: 'The only time that the link is shown.', schema: linkShape },
    handler: async ({ principal, params: { person_id }, origin }, { people }) =>
      linkBody(await people.persons.resetFactors(principal, person_id, origin)),
  }),

  route({
    ...CHANGES,
    method: 'POST',
    path: '/api/set-up-links',
    name: 'createSetUpLink',
    summary: 'Make the link of the first operator',
    description: 'As it is printed at the start, as long as there is no operator. It ends the one before it.',
    errors: ['conflict'],
    body: EMPTY_BODY,
    reply: { status: 201, description: 'The only time that the link is shown.', schema: linkShape },
    handler: async ({ principal, origin }, { people }) =>
      linkBody(await people.persons.makeSetUpLink(principal, origin)),
  }),
]

function personBody(record: PersonRecord): z.input<typeof personShape> {
  return {
    id: record.personId,
    object: 'person',
    email: record.email,
    email_verified_at: seconds(record.emailVerifiedAtMs),
    name: record.name,
    operator: record.operator,
    status: record.status,
    created_at: seconds(record.createdAtMs),
    last_log_in_at: seconds(record.lastLogInAtMs),
  }
}

function factorsBody(factors: FactorSummary): z.input<typeof factorsShape> {
  return {
    has_password: factors.password,
    passkeys: factors.passkeys,
    totp: factors.totp,
    recovery_codes: factors.recoveryCodes,
    identities: factors.identities,
  }
}

function linkBody({ url, expiresAtMs }: MadeLink): z.input<typeof linkShape> {
  return { object: 'link', url, expires_at: seconds(expiresAtMs) }
}
