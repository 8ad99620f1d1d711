// /api/prices: what callers pay for each model, and what it costs the operator. Prices of the configuration file are
// shown, and changed there.
import { z } from 'zod'
import type { PriceService, PriceView } from '../../../billing/prices/price-service.ts'
import type { PriceVersion } from '../../../billing/prices/price-store.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import { checkedPrice, newPrice, priceBody, priceShape } from './price-shapes.ts'
import { modelParams } from './shapes.ts'

const route = routeFor<{ readonly prices: PriceService }>()

const viewShape = z
  .strictObject({
    id: z.string().describe('Public id of the model.'),
    object: z.literal('price'),
    price: priceShape
      .nullable()
      .describe(
        'What callers pay, before the multiplier of their group; null = nobody has said, and prepaid accounts cannot use the model.',
      ),
    source: z
      .enum(['config', 'database', 'catalogue'])
      .nullable()
      .describe(
        "config = the file: it can only be changed there; database = set here; catalogue = the vendor's list price.",
      ),
    version: z.int().nullable().describe('Counts the changes made here; null = none ever was.'),
    set_by: z.string().nullable().describe('Who made the last of them: id of a key, or master.'),
    set_at: unixSeconds.nullable(),
    costs: z
      .array(z.strictObject({ provider: z.string(), model: z.string(), price: priceShape.nullable() }))
      .describe('What the providers of the model charge; null where that is not known.'),
  })
  .meta({ id: 'ModelPrice' })

const versionShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('price_version'),
    version: z.int(),
    price: priceShape.nullable().describe('null = taken away.'),
    set_by: z.string(),
    set_at: unixSeconds,
  })
  .meta({ id: 'PriceVersion' })

const COMMON = { access: 'operator', tag: 'Prices' } as const

export const PRICE_ROUTES: readonly Route<{ readonly prices: PriceService }>[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/prices',
    name: 'listPrices',
    summary: 'List prices',
    description: 'Of all models that are configured, and of those that were given a price here; by id.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(viewShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { prices }) {
      const { object, data } = listBody((await prices.list(principal)).map(viewBody), false)
      return { object, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/prices/{model}',
    name: 'getPrice',
    summary: 'Look at a price',
    params: modelParams,
    reply: { description: 'The price.', schema: viewShape },
    handler: async ({ principal, params: { model } }, { prices }) => viewBody(await prices.get(principal, model)),
  }),

  route({
    ...COMMON,
    method: 'PUT',
    path: '/api/prices/{model}',
    stepUp: true,
    name: 'setPrice',
    summary: 'Set a price',
    description:
      'From now on, for new calls, everywhere within a second. A 409 for a model whose price is in the configuration file.',
    errors: ['conflict', 'model_not_found'],
    params: modelParams,
    body: newPrice,
    example: { body: { input: 0.2, cached_input: 0.1, output: 0.8 } },
    reply: { description: 'The price as it is now.', schema: viewShape },
    async handler({ principal, params: { model }, body, origin }, { prices }) {
      return viewBody(await prices.set(principal, model, checkedPrice(body, ''), origin))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/prices/{model}',
    stepUp: true,
    name: 'removePrice',
    summary: 'Take a price away',
    description: 'The model costs what the catalogue says again. Its earlier prices stay on record.',
    errors: ['conflict', 'model_not_found'],
    params: modelParams,
    reply: { description: 'The price as it is now.', schema: viewShape },
    async handler({ principal, params: { model }, origin }, { prices }) {
      return viewBody(await prices.remove(principal, model, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/prices/{model}/versions',
    name: 'listPriceVersions',
    summary: 'What a model cost when',
    description: 'Every price that was set here, newest first.',
    params: modelParams,
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(versionShape), has_more: z.literal(false) }),
    },
    async handler({ principal, params: { model } }, { prices }) {
      const { object, data } = listBody((await prices.versions(principal, model)).map(versionBody), false)
      return { object, data, has_more: false as const }
    },
  }),
]

function viewBody({ model, price, source, newest, costs }: PriceView): z.input<typeof viewShape> {
  return {
    id: model,
    object: 'price',
    price: price && priceBody(price),
    source,
    version: newest?.version ?? null,
    set_by: newest?.setBy ?? null,
    set_at: seconds(newest?.setAtMs ?? null),
    costs: costs.map((cost) => ({ ...cost, price: cost.price && priceBody(cost.price) })),
  }
}

function versionBody({ model, version, price, setBy, setAtMs }: PriceVersion): z.input<typeof versionShape> {
  return {
    id: `${model}@${version}`,
    object: 'price_version',
    version,
    price: price && priceBody(price),
    set_by: setBy,
    set_at: seconds(setAtMs),
  }
}
