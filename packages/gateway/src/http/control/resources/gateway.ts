// /api/instances, /api/models, /api/config: what runs, for the operator.
import { z } from 'zod'
import type { Config, ProviderConfig } from '../../../config/config.ts'
import { dollars, dollarsField, seconds, unixSeconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'

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

const perMillion = dollarsField.nullable().describe('US$ per million tokens.')
const modelShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('model_route'),
    aliases: z.array(z.string()),
    strategy: z.string(),
    fallbacks: z.array(z.string()),
    targets: z.array(
      z.strictObject({ provider: z.string(), model: z.string(), weight: z.number(), priority: z.number() }),
    ),
    price: z
      .strictObject({ input: perMillion, cached_input: perMillion, output: perMillion })
      .nullable()
      .describe('As configured; null = the list price of the catalogue.'),
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
        targets: model.targets.map(({ provider, model: name, weight, priority }) => ({
          provider,
          model: name,
          weight,
          priority,
        })),
        price:
          model.price === null || model.price === undefined
            ? null
            : {
                input: priceOf(model.price.inputNanosPerMillion),
                cached_input: priceOf(model.price.cachedInputNanosPerMillion),
                output: priceOf(model.price.outputNanosPerMillion),
              },
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

function priceOf(nanos: number | null | undefined): string | null {
  return nanos === null || nanos === undefined ? null : dollars(nanos)
}

/** Of a provider only what is named here is shown: whatever is added to it later may be a secret. */
function shownConfig({ server, providers, ...rest }: Config): Record<string, unknown> {
  const { masterKey, ...shownServer } = server
  return {
    server: { ...snakeCased(shownServer), has_master_key: masterKey !== '' },
    providers: providers.map((provider) => shownProvider(provider)),
    ...snakeCased(rest),
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
