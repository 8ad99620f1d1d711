// /api/me and /api/limits: what a key can learn about itself.
import { z } from 'zod'
import { dollars, seconds, unixSecondsOrNever } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import type { Principal } from '../../../identity/principal.ts'
import type { WindowStanding } from '../../../limits/limit-ledger.ts'
import type { ScopeKind } from '../../../limits/limits.ts'
import { accountShape, accountBody } from './accounts.ts'
import { keyBody, keyShape } from './keys.ts'
import { actingBody, actingShape, selfBody, selfShape } from './person-shapes.ts'
import { wantedPolicyBody, wantedPolicyShape } from './shapes.ts'
import { seesAccount } from './tenant.ts'

const rulesShape = z
  .array(z.array(z.string()))
  .describe('Each list must have a pattern that matches; empty = anything.')

const meShape = z
  .strictObject({
    object: z.literal('me'),
    operator: z.boolean(),
    person: selfShape.nullable().describe('Null for a key.'),
    acting: actingShape.nullable().describe('In which account a person acts, and as what; null for a key.'),
    key: keyShape.nullable().describe('Null for a person, and for the operator.'),
    account: accountShape.nullable().describe('Null for the operator, and for who belongs to none.'),
    group: z.string().describe('Whose models, limits and prices hold; empty = none.'),
    scopes: z.array(z.string()),
    expires_at: unixSecondsOrNever.describe('The earliest of the key and of those that made it; null = never.'),
    models: rulesShape,
    endpoints: rulesShape,
    addresses: rulesShape,
    data_policy: wantedPolicyShape
      .nullable()
      .describe(
        'What providers must promise to be sent its requests: the strictest of the key and of those that made it.',
      ),
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
    reply: {
      description: 'The key or the person that asks, the account, and all that holds for them.',
      schema: meShape,
    },
    async handler({ principal }, services) {
      const own = await whoIs(principal, services)
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
        data_policy: principal.dataPolicy === undefined ? null : wantedPolicyBody(principal.dataPolicy),
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

type Services = Pick<ControlServices, 'keys' | 'accounts' | 'people'>

async function whoIs(principal: Principal, { keys, accounts, people }: Services) {
  const { person, operator, accountId } = principal
  const account = operator || accountId === '' ? null : accountBody(await accounts.get(principal, accountId))
  if (person !== undefined) {
    const self = selfBody(await people.profile.get(principal))
    return { person: self, acting: actingBody(principal), key: null, account }
  }
  const key = operator ? null : await keys.get({ ...principal, scopes: ['keys:manage'] }, principal.keyId)
  return { person: null, acting: null, key: key && keyBody(key, principal), account }
}

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
