// /api/groups: what the accounts of a group may use. Those of the configuration file are shown, and changed there.
import { z } from 'zod'
import { BILLINGS, type GroupPatch, type GroupView } from '../../../identity/group-service.ts'
import type { Price } from '../../../billing/prices/price.ts'
import { PRESETS } from '../../../identity/presets.ts'
import { limitsFromJson } from '../../../limits/limits-json.ts'
import { policyFromJson, policyToJson } from '../../../identity/responses-policy.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import { checkedPrice, newPrice, pricesBody, priceShape } from './price-shapes.ts'
import { newResponses, responsesShape } from './responses-policy-shapes.ts'
import { limitsBody, limitsPatch, limitsPatchOf, limitsShape, newLimits, patternList } from './shapes.ts'

const route = routeFor<IdentityServices>()

const params = z.strictObject({
  name: z
    .string()
    .describe('Name of a group.')
    .meta({ examples: ['pro'] }),
})

const PPM = 1_000_000
const multiplier = z
  .number()
  .min(0)
  .max(1000)
  .refine((value) => Math.abs(value * PPM - Math.round(value * PPM)) < 1e-6, 'must have at most 6 places.')
  .describe('What its accounts pay, as a multiple of the price: 0.8 is 20 % off.')
const models = patternList('Ids of models; * stands for any text, and ["*"] for all of them.')
const billing = z.enum(BILLINGS).describe('Whether calls are paid from a wallet.')

const OWN_PRICES =
  'Its own prices by public model id, before the multiplier; other models cost what they cost everybody.'
const modelId = z.string().min(1).max(256)
const KEEPING = "What is kept of its accounts' responses and conversations."

const groupShape = z
  .strictObject({
    id: z.string().describe('The same as name.'),
    object: z.literal('group'),
    name: z.string().meta({ examples: ['pro'] }),
    models: z.array(z.string()),
    price_multiplier: z.number(),
    prices: z.record(z.string(), priceShape).describe(OWN_PRICES),
    billing,
    limits: limitsShape.describe('Of each of its accounts.'),
    shared_limits: limitsShape.describe('Of the whole group together.'),
    responses: responsesShape.describe(KEEPING),
    source: z.enum(['config', 'database']).describe('config = the file: it can only be changed there.'),
    created_at: unixSeconds.nullable().describe('Unix seconds; null for those of the file.'),
  })
  .meta({ id: 'Group' })

const fields = {
  models: models.optional(),
  price_multiplier: multiplier.optional(),
  billing: billing.optional(),
} as const

const COMMON = { access: 'operator', tag: 'Groups' } as const

export const GROUP_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/groups',
    name: 'listGroups',
    summary: 'List groups',
    description: 'All of them, by name: those of the configuration file, and those that were made here.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(groupShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { groups }) {
      const { object, data } = listBody((await groups.list(principal)).map(groupBody), false)
      return { object, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/groups',
    stepUp: true,
    name: 'createGroup',
    summary: 'Make a group',
    description:
      'The first group of all changes what the others mean: without any, nothing is limited and every account may use every model.',
    errors: ['conflict'],
    idempotent: true,
    body: z
      .strictObject({
        name: z
          .string()
          .min(1)
          .max(64)
          .describe('Letters, digits and any of . _ -')
          .meta({ examples: ['pro'] }),
        preset: z.enum(PRESETS).optional().describe('Limits to begin with: free 100 RPM, pro 1000 RPM.'),
        ...fields,
        limits: newLimits.nullish().describe('Of each of its accounts.'),
        shared_limits: newLimits.nullish().describe('Of the whole group together.'),
        prices: z.record(modelId, newPrice).nullish().describe(OWN_PRICES),
        responses: newResponses.nullish().describe(KEEPING),
      })
      .meta({ id: 'NewGroup' }),
    example: { body: { name: 'pro', preset: 'pro', models: ['gpt-4o*', 'claude-*'], price_multiplier: 0.9 } },
    reply: { status: 201, description: 'The group.', schema: groupShape },
    async handler({ principal, body, origin }, { groups }) {
      const { name, preset, limits, shared_limits, prices, responses } = body
      const wanted = {
        name,
        ...(preset === undefined ? {} : { preset }),
        ...fieldsOf(body),
        ...(prices == null ? {} : { prices: readPrices(prices) }),
        ...(limits == null ? {} : { limits: limitsFromJson(limits) }),
        ...(shared_limits == null ? {} : { sharedLimits: limitsFromJson(shared_limits) }),
        ...(responses == null ? {} : { responses: policyFromJson(responses) }),
      }
      return groupBody(await groups.create(principal, wanted, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/groups/{name}',
    name: 'getGroup',
    summary: 'Look at a group',
    params,
    reply: { description: 'The group.', schema: groupShape },
    handler: async ({ principal, params: { name } }, { groups }) => groupBody(await groups.get(principal, name)),
  }),

  route({
    ...COMMON,
    method: 'PATCH',
    path: '/api/groups/{name}',
    stepUp: true,
    name: 'updateGroup',
    summary: 'Change a group',
    description: 'A group of the configuration file is a 409: it is changed there.',
    errors: ['conflict'],
    params,
    body: z
      .strictObject({
        ...fields,
        limits: limitsPatch.nullish(),
        shared_limits: limitsPatch.nullish(),
        prices: z
          .record(modelId, newPrice.nullable())
          .nullish()
          .describe('Of the models named; null takes a price away, and null instead of the whole takes all.'),
        responses: newResponses
          .nullish()
          .describe('A figure that is absent stays as it is; null instead of the whole brings the defaults back.'),
      })
      .describe('What is absent stays as it is.')
      .meta({ id: 'GroupPatch' }),
    example: { body: { limits: { rpm: 2000 } } },
    reply: { description: 'The group as it is now.', schema: groupShape },
    async handler({ principal, params: { name }, body, origin }, { groups }) {
      const { limits, shared_limits, prices, responses } = body
      const patch: GroupPatch = {
        ...fieldsOf(body),
        ...(prices === undefined ? {} : { prices: prices && readPrices(prices) }),
        ...(limits === undefined ? {} : { limits: limits === null ? null : limitsPatchOf(limits) }),
        ...(shared_limits === undefined
          ? {}
          : { sharedLimits: shared_limits === null ? null : limitsPatchOf(shared_limits) }),
        ...(responses === undefined ? {} : { responses: responses && policyFromJson(responses) }),
      }
      return groupBody(await groups.update(principal, name, patch, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/groups/{name}',
    stepUp: true,
    name: 'deleteGroup',
    summary: 'Delete a group',
    description: 'A 409 while accounts are in it, or when the configuration file has it.',
    errors: ['conflict'],
    params,
    reply: {
      description: 'It is gone.',
      schema: z.strictObject({ id: z.string(), object: z.literal('group'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { name }, origin }, { groups }) {
      const removed = await groups.remove(principal, name, origin)
      return { id: removed.name, object: 'group' as const, deleted: true as const }
    },
  }),
]

function fieldsOf(
  body: z.output<z.ZodObject<typeof fields>>,
): Pick<GroupPatch, 'models' | 'priceMultiplierPpm' | 'billing'> {
  const { models: wanted, price_multiplier, billing: billed } = body
  return {
    ...(wanted === undefined ? {} : { models: wanted }),
    ...(price_multiplier === undefined ? {} : { priceMultiplierPpm: Math.round(price_multiplier * PPM) }),
    ...(billed === undefined ? {} : { billing: billed }),
  }
}

type SentPrices<Price> = Readonly<Record<string, Price>>

function readPrices(sent: SentPrices<z.output<typeof newPrice>>): SentPrices<Price>
function readPrices(sent: SentPrices<z.output<typeof newPrice> | null>): SentPrices<Price | null>
function readPrices(sent: SentPrices<z.output<typeof newPrice> | null>): SentPrices<Price | null> {
  return Object.fromEntries(
    Object.entries(sent).map(([model, price]) => [model, price && checkedPrice(price, `prices.${model}`)]),
  )
}

function groupBody(group: GroupView): z.input<typeof groupShape> {
  return {
    id: group.name,
    object: 'group',
    name: group.name,
    models: [...group.models],
    price_multiplier: group.priceMultiplierPpm / PPM,
    prices: pricesBody(group.prices),
    billing: group.billing,
    limits: limitsBody(group.limits),
    shared_limits: limitsBody(group.sharedLimits),
    responses: policyToJson(group.responses),
    source: group.source,
    created_at: seconds(group.createdAtMs),
  }
}
