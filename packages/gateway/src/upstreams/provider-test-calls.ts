// One real call to a provider, as it is saved or as it is about to be.
import type { Config, ProviderConfig } from '../config/config.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { GatewayError } from '../core/errors.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import { faultOf, overlay, type OpenProvider } from './overlay.ts'
import type { ProviderDesk } from './provider-desk.ts'
import { unknownCredential, unknownProvider } from './provider-refusals.ts'
import type { ProviderService } from './provider-service.ts'
import { mustBeSound } from './upstream-context.ts'

const TEST_TIMEOUT_MS = 30_000

export function providerTestCalls(desk: ProviderDesk): Pick<ProviderService, 'test' | 'tryOut'> {
  const { database, work, testCall } = desk.options
  return {
    async test(principal, name, { model, fingerprint }) {
      mustBeOperator(principal)
      const provider = desk.known(name) ?? (await disabledProvider(name))
      if (provider === undefined) throw unknownProvider(name)
      const secrets = provider.apiKeys.length === 0 ? [''] : provider.apiKeys
      const secret =
        fingerprint === undefined ? secrets[0] : secrets.find((one) => secretFingerprint(one) === fingerprint)
      if (secret === undefined) throw unknownCredential(name, fingerprint ?? '')
      return await testCall({ provider, secret, model, timeoutMs: TEST_TIMEOUT_MS })
    },

    async tryOut(principal, { name, settings, headers, secrets }, { model }) {
      mustBeOperator(principal)
      const draft = { name, settings, headers, secrets: secrets.map(({ secret }) => secret) }
      const provider = alone(work.base(), draft)
      return await testCall({ provider, secret: provider.apiKeys[0] ?? '', model, timeoutMs: TEST_TIMEOUT_MS })
    },
  }

  /** One that is switched off, as it would be. */
  async function disabledProvider(name: string): Promise<ProviderConfig | undefined> {
    const stored = await database.upstreams.findProvider(name)
    if (stored === undefined) return undefined
    return alone(work.base(), desk.open(stored, await database.upstreams.credentialsOf(name)))
  }
}

/** As it would run. @throws {GatewayError} `invalid_request` */
function alone(base: Config, draft: OpenProvider): ProviderConfig {
  const others = base.providers.filter(({ name }) => name !== draft.name)
  const without = { ...base, providers: others }
  const nothing = { providers: [], models: [], switches: [] }
  mustBeSound(faultOf(without, nothing, { provider: draft }))
  const { config } = overlay(without, { ...nothing, providers: [draft] })
  const made = config.providers.find(({ name }) => name === draft.name)
  if (made === undefined) throw new GatewayError('invalid_request', 'This is no provider that could be called.')
  return made
}
