// How upstreams are reached over HTTP: a pool of connections for each provider, kept as long as its address is.
//
// All time limits but that of connecting are the relay's own (one wheel, no timer per request).

import type { ProviderConfig } from '../config/config.ts'
import { createLookup, type Lookup } from './dns-lookup.ts'
import { Connector } from './http1/connect.ts'
import { ConnectionPool } from './http1/connection-pool.ts'
import { RequestHeads } from './http1/request-head.ts'
import type { UpstreamHandler } from './http1/upstream-call.ts'

/** How often idle connections are looked through. */
const SWEEP_MS = 1_000

export interface Upstream {
  /** @param path with its query, from the origin on */
  send(path: string, headers: readonly string[], body: Buffer, handler: UpstreamHandler): void
}

interface Entry {
  readonly key: string
  readonly config: ProviderConfig
  readonly connectTimeoutMs: number
  readonly pool: ConnectionPool
}

export class Upstreams implements Disposable {
  readonly #upstreams = new Map<string, Entry>()
  readonly #pools = new Set<ConnectionPool>()
  readonly #sweeper: NodeJS.Timeout
  /** Of names, for those who connect otherwise. */
  readonly lookup: Lookup

  constructor(options: { readonly lookup?: Lookup } = {}) {
    this.lookup = options.lookup ?? createLookup()
    this.#sweeper = setInterval(() => this.#sweep(performance.now()), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** The same pool as long as the provider's address and connection settings stay the same. */
  get(provider: ProviderConfig, connectTimeoutMs: number): Upstream {
    const known = this.#upstreams.get(provider.name)
    if (known?.config === provider && known.connectTimeoutMs === connectTimeoutMs) return known.pool
    const key = `${provider.baseUrl} ${provider.maxConnections} ${connectTimeoutMs} ${provider.caPem ?? ''}`
    if (known?.key === key) {
      this.#upstreams.set(provider.name, { ...known, config: provider, connectTimeoutMs })
      return known.pool
    }
    // Requests of a configuration that was replaced end on the old pool, which closes behind them.
    known?.pool.close()

    const url = new URL(provider.baseUrl)
    const isSecure = url.protocol === 'https:'
    const connector = new Connector({
      isSecure,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (isSecure ? 443 : 80),
      timeoutMs: connectTimeoutMs,
      lookup: this.lookup,
      ...(provider.caPem === undefined ? {} : { ca: provider.caPem }),
    })
    const { maxConnections } = provider
    const pool = new ConnectionPool({ connector, heads: new RequestHeads(url.host), maxConnections })
    this.#pools.add(pool)
    this.#upstreams.set(provider.name, { key, config: provider, connectTimeoutMs, pool })
    return pool
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweeper)
    for (const pool of this.#pools) pool.destroy()
    this.#pools.clear()
    this.#upstreams.clear()
  }

  #sweep(nowMs: number): void {
    for (const pool of this.#pools) {
      pool.sweep(nowMs)
      if (pool.isOver) this.#pools.delete(pool)
    }
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
