// /api/models and /api/known-models: which names clients may ask for, who serves them, and what is known of the models of
// this world. Those of the file are shown; those made here live in the database beside it.
import { z } from 'zod'
import type { PriceService, PriceView } from '../../../billing/prices/price-service.ts'
import { catalogue, type CatalogueModel } from '../../../catalogue/catalogue.ts'
import type { ModelService, ModelView } from '../../../upstreams/model-service.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'
import { priceBody, priceShape } from './price-shapes.ts'
import { modelId, modelSettings, settingsIn } from './settings-fields.ts'
import { limitsBody, limitsShape, modelParams } from './shapes.ts'

type Services = { readonly models: ModelService; readonly prices: PriceService }
const route = routeFor<Services>()
const COMMON = { access: 'operator', tag: 'Models' } as const

const modelShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('model_route'),
    source: z
      .enum(['config', 'found', 'database'])
      .describe('found = a provider serves it by itself. Only those of the database can be changed here.'),
    enabled: z.boolean(),
    fault: z.string().nullable().describe('Why it is not in use although it is enabled.'),
    settings: z
      .object(modelSettings)
      .nullable()
      .describe('As they were set here, in the words of the configuration file; null otherwise.'),
    aliases: z.array(z.string()),
    strategy: z.string(),
    fallbacks: z.array(z.string()),
    targets: z.array(
      z.strictObject({
        provider: z.string(),
        model: z.string(),
        weight: z.number(),
        priority: z.number(),
        price: priceShape.nullable().describe('What it charges, where the configuration says so.'),
        cost: priceShape.nullable().describe('What it charges, as far as anybody knows.'),
      }),
    ),
    limits: limitsShape,
    continue_streams: z.boolean(),
    description: z.string().nullable(),
    owned_by: z.string().nullable(),
    context_length: z.int().nullable(),
    price: priceShape
      .nullable()
      .describe('What callers pay, before the multiplier of their group; null = nobody said.'),
    price_source: z.enum(['config', 'database', 'catalogue']).nullable(),
    created_at: unixSeconds.nullable(),
    updated_at: unixSeconds.nullable(),
  })
  .meta({ id: 'ModelRoute' })

const knownShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('known_model'),
    vendor: z.string(),
    name: z.string(),
    description: z.string(),
    context_length: z.int().nullable(),
    max_output_tokens: z.int().nullable(),
    capabilities: z.array(z.string()),
    price: priceShape.nullable().describe("The vendor's list price."),
    vendor_id: z.string().describe('What the vendor calls it.'),
    aliases: z.array(z.string()),
    retired: z.boolean(),
    released_at: unixSeconds,
  })
  .meta({ id: 'KnownModel' })

const newModel = z
  .strictObject({ id: modelId, ...modelSettings, enabled: z.boolean().optional() })
  .meta({ id: 'NewModelRoute' })

const modelPatch = z
  .strictObject({ ...modelSettings, enabled: z.boolean().optional() })
  .describe('What is absent stays as it is; null takes a setting away.')
  .meta({ id: 'ModelRoutePatch' })

export const MODEL_ROUTES: readonly Route<Services>[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/models',
    name: 'listModelRoutes',
    summary: 'Models, and which providers serve them',
    description: 'As configured, found, or made here; by id. What a key may use is GET /v1/models.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(modelShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { models, prices }) {
      const priced = new Map((await prices.list(principal)).map((price) => [price.model, price]))
      const data = (await models.list(principal)).map((view) => modelBody(view, priced.get(view.id)))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/models',
    name: 'createModelRoute',
    stepUp: true,
    summary: 'Add a model',
    description:
      'In force when the reply comes. The fields are those of `models` in the configuration file; the price is set at /api/prices.',
    errors: ['conflict'],
    body: newModel,
    example: { body: { id: 'house-model', targets: [{ provider: 'openai', model: 'gpt-4o-mini' }] } },
    reply: { status: 201, description: 'The model.', schema: modelShape },
    async handler({ principal, body, origin }, services) {
      const { id, enabled = true } = body
      const settings = Object.fromEntries(
        Object.entries(settingsIn(body, modelSettings)).filter(([, value]) => value !== null),
      )
      return modelBody(await services.models.create(principal, { id, settings, enabled }, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/models/{model}',
    name: 'getModelRoute',
    summary: 'Look at a model',
    params: modelParams,
    reply: { description: 'The model.', schema: modelShape },
    async handler({ principal, params: { model } }, { models, prices }) {
      const view = await models.get(principal, model)
      return modelBody(view, view.config === null ? undefined : await prices.get(principal, view.id))
    },
  }),

  route({
    ...COMMON,
    method: 'PATCH',
    path: '/api/models/{model}',
    name: 'updateModelRoute',
    stepUp: true,
    summary: 'Change a model',
    errors: ['conflict'],
    params: modelParams,
    body: modelPatch,
    example: { body: { fallbacks: ['claude-haiku-4-5'] } },
    reply: { description: 'The model as it is now.', schema: modelShape },
    async handler({ principal, params: { model }, body, origin }, { models }) {
      const patch = {
        settings: settingsIn(body, modelSettings),
        ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
      }
      return modelBody(await models.update(principal, model, patch, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/models/{model}',
    name: 'deleteModelRoute',
    stepUp: true,
    summary: 'Delete a model',
    description: 'Clients that ask for it get 404 from then on, unless a provider serves it by itself.',
    errors: ['conflict'],
    params: modelParams,
    reply: {
      description: 'Done.',
      schema: z.strictObject({ id: z.string(), object: z.literal('model_route'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { model }, origin }, { models }) {
      const { id } = await models.remove(principal, model, origin)
      return { id, object: 'model_route' as const, deleted: true as const }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/known-models',
    name: 'listKnownModels',
    summary: 'What is known of models',
    description: 'Facts that vendors publish, as this release has them.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(knownShape), has_more: z.literal(false) }),
    },
    handler: () => ({
      object: 'list' as const,
      data: catalogue.all().map(knownBody),
      has_more: false as const,
    }),
  }),
]

function modelBody(view: ModelView, price?: PriceView): z.input<typeof modelShape> {
  const { config, settings } = view
  return {
    id: view.id,
    object: 'model_route',
    source: view.source,
    enabled: view.enabled,
    fault: view.fault,
    settings: settings === null ? null : { ...settings },
    aliases: [...(config?.aliases ?? [])],
    strategy: config?.strategy ?? 'weighted',
    fallbacks: [...(config?.fallbacks ?? [])],
    targets: (config?.targets ?? []).map((target, index) => {
      const cost = price?.costs[index]?.price ?? null
      return {
        provider: target.provider,
        model: target.model,
        weight: target.weight,
        priority: target.priority,
        price: target.price ? priceBody(target.price) : null,
        cost: cost && priceBody(cost),
      }
    }),
    limits: limitsBody(config?.limits ?? {}),
    continue_streams: config?.continueStreams ?? false,
    description: config?.description ?? null,
    owned_by: config?.ownedBy ?? null,
    context_length: config?.contextLength ?? null,
    price: price?.price ? priceBody(price.price) : null,
    price_source: price?.source ?? null,
    created_at: seconds(view.createdAtMs),
    updated_at: seconds(view.updatedAtMs),
  }
}

function knownBody(model: CatalogueModel): z.input<typeof knownShape> {
  return {
    id: model.id,
    object: 'known_model',
    vendor: model.vendor,
    name: model.name,
    description: model.description,
    context_length: model.contextLength || null,
    max_output_tokens: model.maxOutputTokens ?? null,
    capabilities: [...model.capabilities],
    price: model.price ? priceBody(model.price) : null,
    vendor_id: model.vendorId ?? model.id,
    aliases: [...model.aliases],
    retired: model.retired,
    released_at: model.createdAtSeconds,
  }
}
