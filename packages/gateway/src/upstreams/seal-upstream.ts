// Secrets of providers at rest: sealed under a key that is derived from the gateway's own, each for its own place, so
// that the database alone does not have them and a row that is moved does not open.
import { hkdfSync } from 'node:crypto'
import { openSecret, sealSecret } from '../identity/people/seal-secret.ts'
import type { OpenProvider, OpenUpstreams } from './overlay.ts'
import type { StoredCredential, StoredProvider, StoredUpstreams } from './upstream-store.ts'

const BYTES = 32

export class UpstreamSeals {
  readonly #key: Buffer

  /** @param pepper what `derivePepper` made */
  constructor(pepper: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', pepper, 'fairlead-upstreams', 'provider-secrets', BYTES))
  }

  sealCredential(secret: string, provider: string, fingerprint: string): string {
    return sealSecret(Buffer.from(secret), `credential ${provider} ${fingerprint}`, this.#key)
  }

  /** '' for none. */
  sealHeaders(headers: Readonly<Record<string, string>>, provider: string): string {
    if (Object.keys(headers).length === 0) return ''
    return sealSecret(Buffer.from(JSON.stringify(headers)), `headers ${provider}`, this.#key)
  }

  /** @throws when they were sealed under another key */
  openHeaders({ name, sealedHeaders }: StoredProvider): Record<string, string> {
    if (sealedHeaders === '') return {}
    const value: unknown = JSON.parse(openSecret(sealedHeaders, `headers ${name}`, this.#key).toString('utf8'))
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
    return Object.fromEntries(entries.map(([header, text]) => [header, String(text)]))
  }

  /** @throws when it was sealed under another key */
  openCredential({ provider, fingerprint, sealedSecret }: StoredCredential): string {
    return openSecret(sealedSecret, `credential ${provider} ${fingerprint}`, this.#key).toString('utf8')
  }

  /** Never throws: what does not open is told. */
  openProvider(provider: StoredProvider, credentials: readonly StoredCredential[]): OpenProvider {
    const { name, settings } = provider
    try {
      const secrets = credentials.map((credential) => this.openCredential(credential))
      return { name, settings, headers: this.openHeaders(provider), secrets }
    } catch {
      return { name, settings, headers: {}, secrets: null }
    }
  }

  /** Those that are enabled. */
  openAll({ providers, credentials, models, switches }: StoredUpstreams): OpenUpstreams {
    return {
      providers: providers
        .filter(({ enabled }) => enabled)
        .map((provider) =>
          this.openProvider(
            provider,
            credentials.filter((credential) => credential.provider === provider.name),
          ),
        ),
      models: models.filter(({ enabled }) => enabled).map(({ id, settings }) => ({ id, settings })),
      switches,
    }
  }
}
