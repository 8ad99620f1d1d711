// The one file that knows undici: a pool of connections for each provider.
//
// `dispatch` is the layer below fetch and request: no promise, no stream object, callbacks straight from the parser.
// All time limits but the connect time-out are the relay's own (one wheel, no timer per request).

import { Pool, type Dispatcher } from 'undici'
import type { ProviderConfig } from '../config/config.ts'
import { createLookup, type Lookup } from './dns-lookup.ts'

export type UpstreamHandler = Dispatcher.DispatchHandler
export type UpstreamController = Dispatcher.DispatchController
export type UpstreamHeaders = Parameters<NonNullable<UpstreamHandler['onResponseStart']>>[2]

export interface Upstream {
  /** @param path with its query, from the origin on */
  send(path: string, headers: readonly string[], body: Buffer, handler: UpstreamHandler): void
}

interface Entry {
  readonly key: string
  readonly config: ProviderConfig
  readonly connectTimeoutMs: number
  readonly pool: Pool
  readonly upstream: Upstream
}

export class Upstreams implements AsyncDisposable {
  readonly #upstreams = new Map<string, Entry>()
  /** Of names, for those who connect otherwise. */
  readonly lookup: Lookup

  constructor(options: { readonly lookup?: Lookup } = {}) {
    this.lookup = options.lookup ?? createLookup()
  }

  /** The same pool as long as the provider's address and connection settings stay the same. */
  get(provider: ProviderConfig, connectTimeoutMs: number): Upstream {
    const known = this.#upstreams.get(provider.name)
    if (known?.config === provider && known.connectTimeoutMs === connectTimeoutMs) return known.upstream
    const key = `${provider.baseUrl} ${provider.maxConnections} ${connectTimeoutMs} ${provider.caPem ?? ''}`
    if (known?.key === key) {
      this.#upstreams.set(provider.name, { ...known, config: provider, connectTimeoutMs })
      return known.upstream
    }
    // Requests of a configuration that was replaced end on the old pool, which closes behind them.
    if (known) void known.pool.close()

    const url = new URL(provider.baseUrl)
    const pool = new Pool(url.origin, {
      connections: provider.maxConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 55_000,
      keepAliveMaxTimeout: 600_000,
      connect: {
        timeout: connectTimeoutMs,
        lookup: this.lookup,
        ...(provider.caPem === undefined ? {} : { ca: provider.caPem }),
      },
    })
    const upstream: Upstream = {
      send(path, headers, body, handler) {
        pool.dispatch({ path, method: 'POST', headers: headers as string[], body }, handler)
      },
    }
    this.#upstreams.set(provider.name, { key, config: provider, connectTimeoutMs, pool, upstream })
    return upstream
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map(({ pool }) => pool.destroy()))
    this.#upstreams.clear()
  }
}

export type ConnectFailure = 'connect' | 'dns' | 'tls'

const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH)/

/** What went wrong before a request could be sent: an error of ours, not of the model behind it. */
export function classifyConnectError(error: Error): ConnectFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ETIMEOUT' || code.startsWith('EAI_')) return 'dns'
  return TLS_CODE.test(code) ? 'tls' : 'connect'
}

export function headerOf(headers: UpstreamHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
