// /api/providers: who answers. Those of the file and the environment are shown, drained and weighed; those made here
// live in the database beside them.
import { z } from 'zod'
import { awsKeyPair } from '../../../config/cloud-addresses.ts'
import { GatewayError } from '../../../core/errors.ts'
import { pickableProviders } from '../../../upstreams/provider-catalogue.ts'
import type { NewProvider, NewSecret, ProviderService } from '../../../upstreams/provider-service.ts'
import { listBody } from '../api/list-body.ts'
import { EMPTY_BODY } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'
import {
  historyBody,
  historyShape,
  pickableBody,
  pickableShape,
  providerBody,
  providerShape,
  testBody,
  testShape,
} from './provider-shapes.ts'
import { providerName, providerSettings, settingsIn } from './settings-fields.ts'

type Services = { readonly providers: ProviderService }
const route = routeFor<Services>()
const COMMON = { access: 'operator', tag: 'Providers' } as const

const params = z.strictObject({
  provider: z
    .string()
    .min(1)
    .max(100)
    .describe('Its name.')
    .meta({ examples: ['openai'] }),
})
const credentialParams = params.extend({
  fingerprint: z
    .string()
    .min(1)
    .max(40)
    .describe('Of the credential.')
    .meta({ examples: ['3f9a1c04'] }),
})

const newCredential = z
  .strictObject({
    secret: z.string().min(1).max(65_536).optional().describe('An API key, or the JSON of a service account (vertex).'),
    access_key_id: z.string().min(1).max(8192).optional().describe('bedrock: instead of secret.'),
    secret_access_key: z.string().min(1).max(8192).optional().describe('bedrock: belongs to access_key_id.'),
    session_token: z.string().min(1).max(8192).optional().describe('bedrock: where access_key_id is a temporary one.'),
    label: z.string().max(100).optional().describe('For people.'),
  })
  .describe('Sealed under the key of the gateway, and never shown again.')
  .meta({ id: 'NewProviderCredential', examples: [{ secret: 'sk-…', label: 'team budget' }] })

const headers = z.record(z.string(), z.string().max(8192)).describe('Extra request headers; never shown again either.')

const newProvider = z
  .strictObject({
    name: providerName,
    ...providerSettings,
    headers: headers.optional(),
    credentials: z.array(newCredential).max(100).optional().describe('Each has its own health and limits.'),
    enabled: z.boolean().optional().describe('Whether requests go there; true when absent.'),
  })
  .meta({ id: 'NewProvider' })

const providerPatch = z
  .strictObject({
    ...providerSettings,
    headers: z
      .record(z.string(), z.string().max(8192).nullable())
      .nullable()
      .optional()
      .describe('Of the headers named; null takes one away, and null instead of the whole takes all.'),
    enabled: z.boolean().optional(),
  })
  .describe('What is absent stays as it is; null takes a setting away.')
  .meta({ id: 'ProviderPatch' })

const testWish = z.strictObject({
  model: z.string().min(1).max(256).optional().describe("The provider's own name of it; absent = its list of models."),
  fingerprint: z.string().max(40).optional().describe('Of the credential; the first when absent.'),
})

const whichDrain = z.strictObject({
  fingerprint: z.string().max(40).optional().describe('Of one credential; absent = the whole provider.'),
})

export const PROVIDER_ROUTES: readonly Route<Services>[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: '/api/known-providers',
    name: 'listKnownProviders',
    summary: 'What can be picked when a provider is added',
    description: 'The vendors, clouds and servers that this release knows, and what each of them has to be told.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(pickableShape), has_more: z.literal(false) }),
    },
    handler: () => ({ object: 'list' as const, data: pickableProviders().map(pickableBody), has_more: false as const }),
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/providers',
    name: 'listProviders',
    summary: 'List providers',
    description: 'Of the file, of the environment and of the database, with how they fare; by name.',
    reply: {
      description: 'All of them.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(providerShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { providers }) {
      const { object, data } = listBody((await providers.list(principal)).map(providerBody), false)
      return { object, data, has_more: false as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers',
    name: 'createProvider',
    stepUp: true,
    summary: 'Add a provider',
    description:
      'In force when the reply comes, on other instances within a second. The fields are those of `providers` in the configuration file.',
    errors: ['conflict'],
    body: newProvider,
    example: { body: { name: 'openai', type: 'openai', credentials: [{ secret: 'sk-…' }] } },
    reply: { status: 201, description: 'The provider.', schema: providerShape },
    async handler({ principal, body, origin }, { providers }) {
      return providerBody(await providers.create(principal, wantedOf(body), origin))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/provider-tests',
    name: 'tryProvider',
    summary: 'Try a provider before it is added',
    description: 'One real call, which the provider may charge for. Nothing is kept.',
    body: z.strictObject({ provider: newProvider, model: testWish.shape.model }),
    example: { body: { provider: { name: 'openai', type: 'openai', credentials: [{ secret: 'sk-…' }] } } },
    reply: { description: 'What came of it.', schema: testShape },
    async handler({ principal, body }, { providers }) {
      return testBody(await providers.tryOut(principal, wantedOf(body.provider), { model: body.model ?? null }))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/providers/{provider}',
    name: 'getProvider',
    summary: 'Look at a provider',
    params,
    reply: { description: 'The provider.', schema: providerShape },
    handler: async ({ principal, params: { provider } }, { providers }) =>
      providerBody(await providers.get(principal, provider)),
  }),

  route({
    ...COMMON,
    method: 'PATCH',
    path: '/api/providers/{provider}',
    name: 'updateProvider',
    stepUp: true,
    summary: 'Change a provider',
    errors: ['conflict'],
    params,
    body: providerPatch,
    example: { body: { priority: 1 } },
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider }, body, origin }, { providers }) {
      const patch = {
        settings: settingsIn(body, providerSettings),
        ...(body.headers === undefined ? {} : { headers: body.headers }),
        ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
      }
      return providerBody(await providers.update(principal, provider, patch, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/providers/{provider}',
    name: 'deleteProvider',
    stepUp: true,
    summary: 'Delete a provider',
    description: 'With its credentials. Requests under way go on. A 409 while models made here have targets there.',
    errors: ['conflict'],
    params,
    reply: {
      description: 'Done.',
      schema: z.strictObject({ id: z.string(), object: z.literal('provider'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { provider }, origin }, { providers }) {
      const { name } = await providers.remove(principal, provider, origin)
      return { id: name, object: 'provider' as const, deleted: true as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers/{provider}/credentials',
    name: 'addProviderCredential',
    stepUp: true,
    summary: 'Give a provider one more credential',
    errors: ['conflict'],
    params,
    body: newCredential,
    example: { body: { secret: 'sk-…', label: 'second' } },
    reply: { status: 201, description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider }, body, origin }, { providers }) {
      return providerBody(await providers.addCredential(principal, provider, secretOf(body), origin))
    },
  }),

  route({
    ...COMMON,
    method: 'PATCH',
    path: '/api/providers/{provider}/credentials/{fingerprint}',
    name: 'updateProviderCredential',
    summary: 'Rename a credential',
    errors: ['conflict'],
    params: credentialParams,
    body: z.strictObject({ label: z.string().max(100).describe('For people.') }),
    example: { body: { label: 'team budget' } },
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider, fingerprint }, body, origin }, { providers }) {
      return providerBody(await providers.labelCredential(principal, provider, fingerprint, body.label, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/providers/{provider}/credentials/{fingerprint}',
    name: 'removeProviderCredential',
    stepUp: true,
    summary: 'Take a credential away',
    errors: ['conflict'],
    params: credentialParams,
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider, fingerprint }, origin }, { providers }) {
      return providerBody(await providers.removeCredential(principal, provider, fingerprint, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers/{provider}/drain',
    name: 'drainProvider',
    summary: 'Send no new requests to a provider',
    description: 'Or with one of its credentials. What is under way goes on to its end. Until it is undrained.',
    params,
    body: whichDrain,
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider }, body, origin }, { providers }) {
      return providerBody(await providers.drain(principal, provider, body.fingerprint ?? null, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers/{provider}/undrain',
    name: 'undrainProvider',
    summary: 'Send requests to a provider again',
    params,
    body: whichDrain,
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider }, body, origin }, { providers }) {
      return providerBody(await providers.undrain(principal, provider, body.fingerprint ?? null, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'PUT',
    path: '/api/providers/{provider}/weight',
    name: 'weighProvider',
    summary: 'Give a provider another share of the traffic',
    description: 'Also to one of the file, for as long as it is wanted; null = as it is configured.',
    params,
    body: z.strictObject({
      weight: z.number().min(0).max(1_000_000).nullable().describe('null = the configured one.'),
    }),
    example: { body: { weight: 3 } },
    reply: { description: 'The provider as it is now.', schema: providerShape },
    async handler({ principal, params: { provider }, body, origin }, { providers }) {
      return providerBody(await providers.weigh(principal, provider, body.weight, origin))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers/{provider}/check',
    name: 'checkProvider',
    summary: 'Check a provider now',
    description: 'As the regular health check does; it costs nothing.',
    params,
    body: EMPTY_BODY,
    reply: { description: 'The provider as it is now.', schema: providerShape },
    handler: async ({ principal, params: { provider } }, { providers }) =>
      providerBody(await providers.check(principal, provider)),
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: '/api/providers/{provider}/test',
    name: 'testProvider',
    summary: 'Make one call to a provider',
    description: 'A real one, which the provider may charge for. Also to one that is disabled or drained.',
    params,
    body: testWish,
    example: { body: { model: 'gpt-4o-mini' } },
    reply: { description: 'What came of it.', schema: testShape },
    async handler({ principal, params: { provider }, body: { model = null, fingerprint } }, { providers }) {
      const wish = { model, ...(fingerprint === undefined ? {} : { fingerprint }) }
      return testBody(await providers.test(principal, provider, wish))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: '/api/providers/{provider}/history',
    name: 'getProviderHistory',
    summary: 'What became of a provider',
    description: 'Its checks, and what happened to it, its credentials and circuits. Kept for a week.',
    params,
    query: z.strictObject({
      hours: z.coerce.number().int().min(1).max(168).optional().describe('How far back; 24 when absent.'),
    }),
    example: { path: '/api/providers/openai/history?hours=6' },
    reply: { description: 'The history.', schema: historyShape },
    async handler({ principal, params: { provider }, query: { hours = 24 } }, { providers }) {
      return historyBody(await providers.history(principal, provider, hours), hours)
    },
  }),
]

function wantedOf(body: z.output<typeof newProvider>): NewProvider {
  const { name, headers: given = {}, credentials = [], enabled = true } = body
  const settings = Object.fromEntries(
    Object.entries(settingsIn(body, providerSettings)).filter(([, value]) => value !== null),
  )
  return { name, settings, headers: given, secrets: credentials.map(secretOf), enabled }
}

/** @throws {GatewayError} `invalid_request` */
function secretOf({ secret, label = '', ...pair }: z.output<typeof newCredential>): NewSecret {
  const { access_key_id: id, secret_access_key: key, session_token: token } = pair
  if (secret !== undefined && id === undefined && key === undefined) return { secret, label }
  if (secret === undefined && id !== undefined && key !== undefined)
    return { secret: awsKeyPair(id, key, token), label }
  const message = 'A credential is either a secret, or an access_key_id with its secret_access_key.'
  throw new GatewayError('invalid_request', message, { param: 'secret' })
}
