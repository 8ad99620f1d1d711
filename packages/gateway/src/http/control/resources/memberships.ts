// /api/me/memberships and /api/me/accounts: where a person belongs, and a team of their own.
import { z } from 'zod'
import { ACCOUNT_KINDS } from '../../../identity/account-service.ts'
import type { MembershipService } from '../../../identity/people/membership-service.ts'
import { type Route, routeFor } from '../api/route.ts'
import { accountBody, accountShape } from './accounts.ts'
import { memberBody, memberShape } from './members.ts'
import { timeZoneField } from './shapes.ts'

interface Services {
  readonly people: { readonly memberships: MembershipService }
}

const route = routeFor<Services>()

const COMMON = { access: 'person', tag: 'Teams' } as const

const membershipShape = z
  .strictObject({ object: z.literal('membership'), member: memberShape, account: accountShape })
  .meta({ id: 'Membership' })

export const MEMBERSHIP_ROUTES: readonly Route<Services>[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/me/memberships',
    name: 'listMemberships',
    summary: 'Where you belong',
    description:
      'The header x-fairlead-account of other requests takes the id of one of these; without it, the first that is not suspended counts.',
    reply: {
      description: 'All of them, oldest first.',
      schema: z.strictObject({
        object: z.literal('list'),
        data: z.array(membershipShape),
        has_more: z.literal(false),
      }),
    },
    async handler({ principal }, { people }) {
      const data = (await people.memberships.list(principal)).map(({ member, account }) => ({
        object: 'membership' as const,
        member: memberBody(member),
        account: accountBody(account),
      }))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/me/accounts',
    name: 'createOwnAccount',
    summary: 'Make a team of your own',
    description: 'You become its owner. For operators, and for everybody where sign-up is open.',
    errors: ['conflict'],
    body: z
      .strictObject({
        name: z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.'),
        kind: z.enum(ACCOUNT_KINDS).optional().describe('team, when absent.'),
        time_zone: timeZoneField.optional(),
      })
      .meta({ id: 'NewOwnAccount' }),
    example: { body: { name: 'Research', time_zone: 'Europe/Berlin' } },
    reply: { status: 201, description: 'The account, and your place in it.', schema: membershipShape },
    async handler({ principal, body, origin }, { people }) {
      const { account, member } = await people.memberships.makeAccount(
        principal,
        {
          name: body.name,
          kind: body.kind ?? 'team',
          ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
        },
        origin,
      )
      return { object: 'membership' as const, member: memberBody(member), account: accountBody(account) }
    },
  }),
]
