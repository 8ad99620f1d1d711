// One provider of every type, each with an account of its own, and one fake upstream behind all of them.
//
// Without a config the gateway answers by its simulator. With this one it speaks to each vendor in the vendor's own
// format, signs as each wants it, and what arrives there can be looked at.
import { generateKeyPairSync } from 'node:crypto'

import { startUpstream } from './upstream.ts'
import type { Upstream } from './upstream.ts'

export interface FakeProviders extends AsyncDisposable {
  readonly upstream: Upstream
  /** The text of a config file, with these entries under `models`. */
  config(models: readonly ModelEntry[]): string
}

/** As in a config file. */
export interface ModelEntry {
  readonly id: string
  readonly targets: readonly { readonly provider: ProviderName; readonly model?: string }[]
}

export type ProviderName = ReturnType<typeof providersAt>[number]['name']

export async function startFakeProviders(): Promise<FakeProviders> {
  const upstream = await startUpstream({ echo: true })
  const providers = providersAt(upstream.origin)
  return {
    upstream,
    // YAML contains JSON, so there is nothing to quote by hand.
    config: (models) =>
      JSON.stringify({ providers, models: models.map(({ id, targets }) => ({ id, targets })) }, null, 2),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

function providersAt(origin: string) {
  const compatible = { type: 'openai-compatible', base_url: `${origin}/v1` }
  return [
    { name: 'openai', type: 'openai', base_url: `${origin}/v1`, api_key: 'sk-openai-acceptance' },
    { name: 'azure', type: 'azure-openai', base_url: origin, api_key: 'azure-acceptance' },
    { name: 'anthropic', type: 'anthropic', base_url: `${origin}/v1`, api_key: 'sk-ant-acceptance' },
    { name: 'gemini', type: 'gemini', base_url: `${origin}/v1beta`, api_key: 'AIza-acceptance' },
    { name: 'vertex', type: 'vertex', base_url: origin, location: 'us-east5', credentials: serviceAccount(origin) },
    {
      name: 'bedrock',
      type: 'bedrock',
      base_url: origin,
      region: 'us-east-1',
      access_key_id: 'AKIDACCEPTANCE',
      secret_access_key: 'acceptance-secret',
    },
    // Told by name what is known of the vendor; a real one is told by its host.
    { name: 'deepseek', ...compatible, quirks: 'deepseek', api_key: 'sk-deepseek-acceptance' },
    { name: 'moonshot', ...compatible, quirks: 'moonshot', api_key: 'sk-moonshot-acceptance' },
  ] as const
}

/** The file that Google Cloud gives out, with a key that is good for this run. */
function serviceAccount(origin: string): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return JSON.stringify({
    type: 'service_account',
    project_id: 'acceptance',
    private_key_id: 'acceptance-1',
    private_key: privateKey,
    client_email: 'gateway@acceptance.iam.gserviceaccount.com',
    token_uri: `${origin}/token`,
  })
}
