// /api/catalogue: the models that somebody may call, what is known of each, what it costs them, and how it has been in the
// last 24 hours, as this gateway itself has measured it. Where nothing was measured, nothing is said.
import { z } from 'zod'
import { dollarsFromPrice } from '../../../billing/prices/price-dollars.ts'
import type { UsageGroup, UsageQueries } from '../../../billing/usage/usage-queries.ts'
import { catalogue } from '../../../catalogue/catalogue.ts'
import type { ModelConfig } from '../../../config/config.ts'
import { GatewayError } from '../../../core/errors.ts'
import { DEFAULT_GROUP } from '../../../identity/groups.ts'
import { PatternLists } from '../../../identity/patterns.ts'
import { mayUseModel } from '../../../identity/permission.ts'
import { FULL_PRICE_UNBILLED, OPERATOR, type Pricing } from '../../../identity/principal.ts'
import type { ListedModel } from '../../../routing/route-book.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import { priceShape } from './price-shapes.ts'
import { latencyBody, latencyShape } from './usage-shapes.ts'

const HOUR_MS = 3_600_000
const MEASURED_HOURS = 24
/** Fewer say little about a model, and too much about who called. */
const LEAST_CALLS = 10
const FRESH_MS = 30_000

const measuredShape = z
  .strictObject({
    hours: z.literal(MEASURED_HOURS),
    error_rate: z
      .number()
      .min(0)
      .max(1)
      .describe('Of calls that were answered, or that the gateway or its upstreams failed: the share of the latter.'),
    duration: latencyShape.nullable(),
    first_token: latencyShape.nullable().describe('Of streams.'),
  })
  .describe('Of all calls of all callers through this gateway; null = there were too few to say anything.')
  .meta({ id: 'ModelMeasured' })

const modelShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('catalogue_model'),
    vendor: z.string(),
    name: z.string().describe('For people; the id where nobody has said.'),
    description: z.string(),
    aliases: z.array(z.string()).describe('Accepted as well.'),
    capabilities: z.array(z.string()).describe('Empty = not known.'),
    context_length: z.int().nullable().describe('Tokens; null = not known.'),
    max_output_tokens: z.int().nullable().describe('Likewise.'),
    released_at: z.int().nullable().describe('Unix seconds; null = not known.'),
    retired: z.boolean().describe('Its vendor has stopped it, or has said when it stops.'),
    price: priceShape
      .nullable()
      .describe('What the caller pays, the multiplier of the group included; null = none is set.'),
    measured: measuredShape.nullable(),
  })
  .meta({ id: 'CatalogueModel' })

const listShape = z.strictObject({
  object: z.literal('list'),
  data: z.array(modelShape),
  has_more: z.literal(false),
  measured_at: z.int().describe('Unix seconds: up to when calls are counted.'),
})

export const CATALOGUE_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/catalogue',
    access: 'key',
    tag: 'Self-service',
    name: 'listCatalogue',
    summary: 'The models that you may call: facts, prices, and how they have been today',
    description: 'Prices are those of the group of the account. Figures are up to half a minute old.',
    reply: { description: 'All of them.', schema: listShape },
    handler: async ({ principal }, services) => {
      const models = services.state.models().filter(({ id }) => mayUseModel(principal, id))
      return await listBody(models, principal.pricing, services)
    },
  }),

  route({
    method: 'GET',
    path: '/api/catalogue/public',
    access: 'open',
    tag: 'Self-service',
    name: 'listPublicCatalogue',
    summary: 'The models that a new account may call',
    description:
      'Those of the group "default", at its prices, for everybody. Nothing where health.detail is "status": then strangers learn nothing about models.',
    errors: ['service_unavailable'],
    reply: { description: 'All of them.', schema: listShape },
    handler: async (_call, services) => {
      const { state } = services
      if (state.config().health.detail === 'status') return await listBody([], FULL_PRICE_UNBILLED, services)
      const group = await defaultGroup(services)
      const rules = new PatternLists(group === null ? [] : [group.models])
      const models = state.models().filter(({ id }) => rules.matchesOnce(id))
      const pricing =
        group === null
          ? FULL_PRICE_UNBILLED
          : { billing: group.billing, prices: group.prices, multiplierPpm: group.priceMultiplierPpm }
      return await listBody(models, pricing, services)
    },
  }),
]

/** Null where no such group is defined: then nothing is restricted. */
async function defaultGroup({ groups }: ControlServices) {
  try {
    return await groups.get(OPERATOR, DEFAULT_GROUP)
  } catch (error) {
    if (error instanceof GatewayError && error.tableCode === 'not_found') return null
    throw error
  }
}

async function listBody(
  models: readonly ListedModel[],
  pricing: Pick<Pricing, 'prices' | 'multiplierPpm'>,
  { state, usage }: ControlServices,
): Promise<z.input<typeof listShape>> {
  const measured = await measuredModels(usage, state.now())
  const configured = new Map(state.config().models.map((model) => [model.id, model]))
  return {
    object: 'list',
    data: models.map((model) => modelBody(model, configured.get(model.id), pricing, measured.groups.get(model.id))),
    has_more: false,
    measured_at: Math.floor(measured.atMs / 1000),
  }
}

function modelBody(
  model: ListedModel,
  configured: ModelConfig | undefined,
  { prices, multiplierPpm }: Pick<Pricing, 'prices' | 'multiplierPpm'>,
  measured: UsageGroup | undefined,
): z.input<typeof modelShape> {
  const known = catalogue.find(model.id) ?? catalogue.find(configured?.targets[0]?.model ?? '')
  const price = Object.hasOwn(prices, model.id) ? (prices[model.id] ?? null) : model.price
  return {
    id: model.id,
    object: 'catalogue_model',
    vendor: model.ownedBy,
    name: known?.name ?? model.id,
    description: model.description,
    aliases: [...(configured?.aliases ?? [])],
    capabilities: [...(known?.capabilities ?? [])],
    context_length: model.contextLength,
    max_output_tokens: known?.maxOutputTokens ?? null,
    released_at: model.created === 0 ? null : model.created,
    retired: known?.retired ?? false,
    price: price === null ? null : priceShape.parse(dollarsFromPrice(price, multiplierPpm)),
    measured: measured === undefined || measured.calls < LEAST_CALLS ? null : measuredBody(measured),
  }
}

function measuredBody(of: UsageGroup): z.input<typeof measuredShape> {
  return {
    hours: MEASURED_HOURS,
    error_rate: Math.round((of.errors / of.calls) * 10_000) / 10_000,
    duration: latencyBody(of.duration),
    first_token: latencyBody(of.firstToken),
  }
}

interface Measured {
  readonly atMs: number
  readonly groups: ReadonlyMap<string, UsageGroup>
}

/** However often it is asked for, the database is asked now and then. */
const known = new WeakMap<UsageQueries, { readonly atMs: number; readonly measured: Promise<Measured> }>()

async function measuredModels(usage: UsageQueries, nowMs: number): Promise<Measured> {
  const before = known.get(usage)
  if (before !== undefined && Math.abs(nowMs - before.atMs) < FRESH_MS) return await before.measured
  const measured = measure(usage, nowMs)
  known.set(usage, { atMs: nowMs, measured })
  measured.catch(() => known.delete(usage))
  return await measured
}

/** Whole hours, which are read from roll-ups alone: the running one, and 24 before it. */
async function measure(usage: UsageQueries, nowMs: number): Promise<Measured> {
  const toMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS
  const fromMs = toMs - (MEASURED_HOURS + 1) * HOUR_MS
  // What a caller did wrong, or too often, says nothing about the model.
  const { groups } = await usage.totals({ accountId: null, fromMs, toMs, groupBy: 'model', statuses: ['2xx', '5xx'] })
  return { atMs: nowMs, groups: new Map(groups.map((group) => [group.name, group])) }
}
