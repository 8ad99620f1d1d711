// /api/me and /api/limits: what a key can learn about itself.
import { z } from 'zod'
import { dollars, seconds, unixSecondsOrNever } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import type { WindowStanding } from '../../../limits/limit-ledger.ts'
import type { ScopeKind } from '../../../limits/limits.ts'
import { accountShape, accountBody } from './accounts.ts'
import { keyBody, keyShape } from './keys.ts'
import { seesAccount } from './tenant.ts'

const rulesShape = z
  .array(z.array(z.string()))
  .describe('Each list must have a pattern that matches; empty = anything.')

const meShape = z
  .strictObject({
    object: z.literal('me'),
    operator: z.boolean(),
    key: keyShape.nullable().describe('Null for the operator.'),
    account: accountShape.nullable().describe('Null for the operator.'),
    group: z.string().describe('Whose models, limits and prices hold; empty = none.'),
    scopes: z.array(z.string()),
    expires_at: unixSecondsOrNever.describe('The earliest of the key and of those that made it; null = never.'),
    models: rulesShape,
    endpoints: rulesShape,
    addresses: rulesShape,
    time_zone: z.string(),
  })
  .meta({ id: 'Me' })

const LIMIT_NAMES = {
  rpm: 'rpm',
  tpm: 'tpm',
  concurrency: 'concurrency',
  requestsPerDay: 'requests_per_day',
  requestsPerMonth: 'requests_per_month',
  budget: 'budget',
} as const satisfies Record<WindowStanding['limit'], string>

const SCOPE_KINDS = ['key', 'account', 'group', 'model', 'credential'] as const satisfies readonly ScopeKind[]

const figure = z
  .union([z.int(), z.string()])
  .describe('Requests, tokens or slots as a whole number; of a budget US$ as text with nine places.')

const standingShape = z
  .strictObject({
    of: z.enum(SCOPE_KINDS).describe('Whose limit it is.'),
    name: z.string(),
    limit: z.enum(Object.values(LIMIT_NAMES)),
    max: figure,
    used: figure,
    remaining: figure,
    resets_at: z
      .int()
      .nullable()
      .describe('Unix seconds; null for what slides (60 seconds), for slots, and for a budget that never begins anew.'),
  })
  .meta({ id: 'LimitStanding' })

export const SELF_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/me',
    access: 'key',
    tag: 'Self-service',
    name: 'getMe',
    summary: 'Who am I, and what may I do',
    reply: { description: 'The key that asks, its account, and all that holds for it.', schema: meShape },
    async handler({ principal }, { keys, accounts }) {
      const own = principal.operator
        ? { key: null, account: null }
        : {
            key: keyBody(await keys.get({ ...principal, scopes: ['keys:manage'] }, principal.keyId), principal),
            account: accountBody(await accounts.get(principal, principal.accountId)),
          }
      return {
        object: 'me' as const,
        operator: principal.operator,
        ...own,
        group: principal.group,
        scopes: [...principal.scopes],
        expires_at: seconds(principal.expiresAtMs ?? null),
        models: principal.models.map((list) => [...list]),
        endpoints: principal.endpoints.map((list) => [...list]),
        addresses: principal.addresses.map((list) => [...list]),
        time_zone: principal.timeZone,
      }
    },
  }),

  route({
    method: 'GET',
    path: '/api/limits',
    access: 'key',
    tag: 'Self-service',
    name: 'getLimits',
    summary: 'Every limit that holds, and how much is left of it',
    description:
      'Of the key, of those that made it, of its account and its group. Units that workers hold for the next second count as used. The operator has none.',
    reply: {
      description: 'All of them; none when nothing is limited.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(standingShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { limits }) {
      const { limited } = principal
      const standings = limited.length === 0 ? [] : await limits.peek(limited)
      const data = limited.flatMap((scope, index) =>
        (standings[index]?.windows ?? []).map((window) => ({
          of: scope.of,
          // The key that made this one is somebody else's to name.
          name:
            scope.of === 'key' && !seesAccount(principal) && !scope.scope.endsWith(principal.keyId) ? '' : scope.name,
          ...standingBody(window),
        })),
      )
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),
]

function standingBody({ limit, max, used, resetsAtMs }: WindowStanding) {
  const shown = (value: number): number | string => (limit === 'budget' ? dollars(value) : value)
  return {
    limit: LIMIT_NAMES[limit],
    max: shown(max),
    used: shown(used),
    remaining: shown(Math.max(0, max - used)),
    resets_at: seconds(resetsAtMs),
  }
}
