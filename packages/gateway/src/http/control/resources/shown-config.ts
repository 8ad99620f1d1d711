// A configuration as plain data in the words of the file, with every default filled in and every secret left out.
import type { Config, ProviderConfig } from '../../../config/config.ts'
import { secretFingerprint } from '../../../config/secret-fingerprint.ts'
import { dollars } from '../api/fields.ts'
import { priceBody, pricesBody } from './price-shapes.ts'
import { withoutPassword } from './provider-shapes.ts'

/** Of a provider, of payments and of mail only what is named here is shown: the rest holds secrets. */
export function shownConfig({
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

/** The same, with fingerprints in the place of secrets: so that it can be told whether one has become another. */
export function comparableConfig(config: Config): Record<string, unknown> {
  const shown = shownConfig(config)
  const { masterKey } = config.server
  return {
    ...shown,
    server: { ...snakeCased(config.server), master_key: masterKey === '' ? '' : secretFingerprint(masterKey) },
    providers: config.providers.map((provider) => ({
      ...shownProvider(provider),
      api_keys: provider.apiKeys.map(secretFingerprint),
      headers: Object.fromEntries(
        Object.entries(provider.headers).map(([name, value]) => [name, secretFingerprint(value)]),
      ),
    })),
  }
}
