// /api/instances, /api/models, /api/config: what runs, for the operator.
import { z } from 'zod'
import type { Config, ProviderConfig } from '../../../config/config.ts'
import { dollars, seconds, unixSeconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import { priceBody, pricesBody, priceShape } from './price-shapes.ts'

const instanceShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('instance'),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    started_at: unixSeconds,
    seen_at: unixSeconds.describe('Unix seconds: its last sign of life, by the clock of the database.'),
    self: z.boolean().describe('The one that answers.'),
  })
  .meta({ id: 'Instance' })

const modelShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('model_route'),
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
      }),
    ),
    price: priceShape
      .nullable()
      .describe(
        'What the file says, or the catalogue; null = neither does. GET /api/prices has those set at run time.',
      ),
  })
  .meta({ id: 'ModelRoute' })

const COMMON = { access: 'operator', tag: 'Gateway', method: 'GET' } as const

export const GATEWAY_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    path: '/api/instances',
    name: 'listInstances',
    summary: 'The gateways that share the database',
    reply: {
      description: 'All of them, oldest first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(instanceShape), has_more: z.literal(false) }),
    },
    async handler(_call, services) {
      const { self, instances } = await services.instances()
      const data = instances.map((one) => ({
        id: one.instanceId,
        object: 'instance' as const,
        host: one.host,
        pid: one.pid,
        version: one.version,
        started_at: seconds(one.startedAtMs),
        seen_at: seconds(one.seenAtMs),
        self: one.instanceId === self,
      }))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    path: '/api/models',
    name: 'listModelRoutes',
    summary: 'Models, and which providers serve them',
    description: 'As configured or found. What a key may use is GET /v1/models.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(modelShape), has_more: z.literal(false) }),
    },
    handler(_call, { state }) {
      const data = state.config().models.map((model) => ({
        id: model.id,
        object: 'model_route' as const,
        aliases: [...model.aliases],
        strategy: model.strategy,
        fallbacks: [...model.fallbacks],
        targets: model.targets.map(({ provider, model: name, weight, priority, price }) => ({
          provider,
          model: name,
          weight,
          priority,
          price: price ? priceBody(price) : null,
        })),
        price: model.price ? priceBody(model.price) : null,
      }))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    path: '/api/config',
    name: 'getConfig',
    summary: 'The configuration that runs',
    description:
      'With every default filled in and every secret left out: of keys only how many there are. Names are those of the file.',
    reply: {
      description: 'The configuration.',
      schema: z.strictObject({
        object: z.literal('config'),
        error: z
          .string()
          .nullable()
          .describe('Why the last reload was refused; null = what runs is what the file says.'),
        config: z.record(z.string(), z.unknown()),
      }),
    },
    handler: (_call, { state }) => ({
      object: 'config' as const,
      error: state.configError() ?? null,
      config: shownConfig(state.config()),
    }),
  }),
]

/** Of a provider, of payments and of mail only what is named here is shown: the rest holds secrets. */
function shownConfig({
  server,
  providers,
  models,
  groups,
  payments,
  mail,
  ...others
}: Config): Record<string, unknown> {
  const { masterKey, ...shownServer } = server
  // GET /api/prices has those.
  const { prices: _, ...rest } = others
  return {
    server: { ...snakeCased(shownServer), has_master_key: masterKey !== '' },
    providers: providers.map((provider) => shownProvider(provider)),
    ...snakeCased(rest),
    payments: { stripe: shownStripe(payments) },
    mail: { from: mail.from, has_smtp_url: mail.smtpUrl !== '' },
    models: models.map(({ price, targets, ...model }) => ({
      ...snakeCased({ ...model, targets: targets.map(({ price: __, ...target }) => target) }),
      price: price ? priceBody(price) : null,
    })),
    groups: groups.map(({ prices, ...group }) => ({ ...snakeCased(group), prices: pricesBody(prices) })),
  }
}

function shownStripe({ stripe }: Config['payments']): Record<string, unknown> | null {
  if (stripe === undefined) return null
  const { apiBase, minimumNanos, maximumNanos, successUrl, cancelUrl } = stripe
  return {
    api_base: withoutPassword(apiBase),
    minimum: dollars(minimumNanos),
    maximum: dollars(maximumNanos),
    success_url: successUrl,
    cancel_url: cancelUrl,
  }
}

function shownProvider(provider: ProviderConfig): Record<string, unknown> {
  const { name, type, baseUrl, apiKeys, headers, weight, priority, limits, streamUsage, maxConnections } = provider
  const { healthPath, anyModel, vendor, dialects, quirks, project, location, region, apiVersion } = provider
  return {
    name,
    type,
    base_url: withoutPassword(baseUrl),
    api_keys: apiKeys.length,
    headers: Object.keys(headers),
    ...snakeCased({ weight, priority, limits, streamUsage, maxConnections, healthPath, anyModel }),
    ...snakeCased({ vendor, dialects, quirks, project, location, region, apiVersion }),
  }
}

function withoutPassword(address: string): string {
  const url = URL.parse(address)
  if (url === null) return ''
  // Some vendors take keys in the query.
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/\/$/, '')
}

/** `headersTimeoutMs` -> `headers_timeout_ms`, all the way down; what is undefined goes. */
function snakeCased(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeValue(inner)]),
  )
}

function snakeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeValue)
  return typeof value === 'object' && value !== null ? snakeCased(value) : value
}
