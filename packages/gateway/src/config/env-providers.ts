// Providers that the environment switches on when no file names any: a key in the usual variable is enough. The clouds,
// which need more than a key, are in `env-clouds.ts`.
import { isKey } from './check-key.ts'
import { isHttpUrl } from './check-server.ts'
import type { ProviderConfig } from './config.ts'
import { DEFAULTS } from './defaults.ts'
import { cloudsFromEnv } from './env-clouds.ts'
import { KNOWN_PROVIDERS, quirksNamed, type KnownProvider } from './known-providers.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface FoundProviders {
  readonly providers: readonly ProviderConfig[]
  /** What was found, a line each: `openai, from OPENAI_API_KEY`. Never a key. */
  readonly notices: readonly string[]
  /** What was found and could not be used. */
  readonly warnings: readonly string[]
}

export interface OwnAddress {
  /** The gateway's own port: a base URL that leads back to it would be a loop. */
  readonly port: number
  /** Start of the gateway's own API keys. */
  readonly keyPrefix: string
}

/** @param readFile text of the file that GOOGLE_APPLICATION_CREDENTIALS names; throws like `readFileSync` */
export function providersFromEnv(env: Env, own: OwnAddress, readFile: (path: string) => string): FoundProviders {
  const providers: ProviderConfig[] = []
  const notices: string[] = []
  const warnings: string[] = []
  for (const known of KNOWN_PROVIDERS) {
    // A line end copied with the key is the commonest of mistakes, and no key has one.
    const apiKey = env[known.variable]?.trim() ?? ''
    if (apiKey === '') continue
    if (!isKey(apiKey)) {
      warnings.push(`${known.variable} holds characters that an API key cannot have; ${known.name} stays off.`)
      continue
    }
    const address = known.name === 'openai' ? openaiAddress(known, env, own) : known
    if (typeof address === 'string') warnings.push(address)
    else if (apiKey.startsWith(own.keyPrefix)) {
      // A shell set up for a client of this gateway: our own key, in the variable that clients read.
      warnings.push(`${known.variable} holds a key of this gateway; ${known.name} stays off.`)
    } else {
      providers.push(knownProviderConfig(address, apiKey))
      notices.push(`${known.name}, from ${known.variable}${known.note ? ` (${known.note})` : ''}`)
    }
  }
  const clouds = cloudsFromEnv(env, readFile)
  return {
    providers: [...providers, ...clouds.providers],
    notices: [...notices, ...clouds.notices],
    warnings: [...warnings, ...clouds.warnings],
  }
}

function openaiAddress(known: KnownProvider, env: Env, own: OwnAddress): KnownProvider | string {
  const baseUrl = env.OPENAI_BASE_URL?.trim().replace(/\/+$/, '') ?? ''
  if (baseUrl === '' || baseUrl === known.baseUrl) return known
  if (!isHttpUrl(baseUrl)) return 'OPENAI_BASE_URL is not an http:// or https:// address; openai stays off.'
  const url = new URL(baseUrl)
  const local = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'].includes(url.hostname)
  if (local && url.port === String(own.port)) return 'OPENAI_BASE_URL is the address of this gateway; openai stays off.'
  // Whoever answers there has models of its own.
  const { vendor: _, ...rest } = known
  return { ...rest, type: 'openai-compatible', baseUrl }
}

function knownProviderConfig(known: KnownProvider, apiKey: string): ProviderConfig {
  const compatible = known.type === 'openai-compatible' && known.name !== 'openai'
  return {
    name: known.name,
    type: known.type,
    baseUrl: known.baseUrl,
    apiKeys: [apiKey],
    ...bareProvider(),
    ...(compatible ? { quirks: known.name, streamUsage: quirksNamed(known.name).streamUsage } : {}),
    ...(known.dialects === undefined ? {} : { dialects: known.dialects }),
    anyModel: true,
    ...(known.vendor ? { vendor: known.vendor } : {}),
  }
}

/** The fields of a provider about which nothing was said. */
export function bareProvider(): Omit<ProviderConfig, 'name' | 'type' | 'baseUrl' | 'apiKeys' | 'anyModel'> {
  return { ...DEFAULTS.provider, limits: {}, headers: {} }
}

/** Answers by itself, for every model id that the seeds name; its address is filled in when it has started. */
export function simulatorProvider(): ProviderConfig {
  return { name: 'simulator', type: 'simulator', baseUrl: '', apiKeys: [''], ...bareProvider(), anyModel: false }
}
