// The adapter of each configured provider, kept as long as its configuration is. Tokens outlive a reload of the
// configuration: they belong to the secret that they were made with.

import { LRUCache } from 'lru-cache'
import type { ProviderConfig } from '../config/config.ts'
import type { ProviderAdapter } from './adapter.ts'
import { createAnthropicAdapter } from './anthropic/adapter.ts'
import { createAzureAdapter } from './azure-openai/adapter.ts'
import { createBedrockAdapter } from './bedrock/adapter.ts'
import { fetchAwsCredentials } from './bedrock/aws-credentials.ts'
import type { AwsCredentials } from './bedrock/request-signer.ts'
import { createGeminiAdapter } from './gemini/adapter.ts'
import { createOpenaiAdapter } from './openai/adapter.ts'
import { RefreshingToken, type Expiring } from './refreshing-token.ts'
import { createVertexAdapter } from './vertex/adapter.ts'
import { fetchGoogleToken } from './vertex/google-token.ts'

/** Secrets that are no longer configured fall out at some time. */
const MOST_TOKENS = 1_000

export interface AdaptersOptions {
  /** Unix ms. */
  readonly now?: () => number
}

export class Adapters {
  readonly #now: () => number
  readonly #adapters = new WeakMap<ProviderConfig, ProviderAdapter>()
  readonly #googleTokens = new LRUCache<string, RefreshingToken<string>>({ max: MOST_TOKENS })
  readonly #awsCredentials = new LRUCache<string, RefreshingToken<AwsCredentials>>({ max: MOST_TOKENS })

  constructor({ now = Date.now }: AdaptersOptions = {}) {
    this.#now = now
  }

  /** /!\ Hot path: one look-up. */
  get(config: ProviderConfig): ProviderAdapter {
    const known = this.#adapters.get(config)
    if (known !== undefined) return known
    const made = this.#make(config)
    this.#adapters.set(config, made)
    return made
  }

  #make(config: ProviderConfig): ProviderAdapter {
    switch (config.type) {
      case 'openai':
      case 'openai-compatible':
      case 'simulator':
        return createOpenaiAdapter(config)
      case 'azure-openai':
        return createAzureAdapter(config)
      case 'anthropic':
        return createAnthropicAdapter(config)
      case 'gemini':
        return createGeminiAdapter(config)
      case 'vertex':
        return createVertexAdapter(config, (secret, project) => this.#googleToken(secret, project))
      case 'bedrock':
        return createBedrockAdapter(config, (secret) => this.#credentials(secret), this.#now)
    }
  }

  #googleToken(secret: string, project: string): RefreshingToken<string> {
    const fetch = async (): Promise<Expiring<string>> => await fetchGoogleToken(secret, project, this.#now())
    return remembered(this.#googleTokens, secret === '' ? project : secret, this.#now, fetch)
  }

  #credentials(secret: string): RefreshingToken<AwsCredentials> {
    return remembered(this.#awsCredentials, secret, this.#now, async () => await fetchAwsCredentials(secret))
  }
}

const shared = new Adapters()

/** /!\ Hot path. The adapter of this process for a provider. */
export function adapterFor(config: ProviderConfig): ProviderAdapter {
  return shared.get(config)
}

function remembered<T>(
  tokens: LRUCache<string, RefreshingToken<T>>,
  secret: string,
  now: () => number,
  fetch: () => Promise<Expiring<T>>,
): RefreshingToken<T> {
  let token = tokens.get(secret)
  if (token === undefined) tokens.set(secret, (token = new RefreshingToken({ now, fetch })))
  return token
}
