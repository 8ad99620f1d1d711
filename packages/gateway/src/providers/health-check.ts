// Active health checks: does a provider's address answer? By default a TCP (and TLS) connect, which costs nothing; on
// request its list of models. Never a generation, which would cost money.

import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ProviderConfig } from '../config/config.ts'
import { listModels } from './list-models.ts'

export interface CheckResult {
  readonly healthy: boolean
  readonly responseTimeMs: number
  /** For people; absent when healthy. */
  readonly reason?: string
}

export async function checkProvider(
  provider: ProviderConfig,
  how: 'connect' | 'models',
  timeoutMs: number,
): Promise<CheckResult> {
  const startedMs = performance.now()
  const failure = how === 'connect' ? await tryConnect(provider, timeoutMs) : await tryModels(provider, timeoutMs)
  const responseTimeMs = Math.max(1, Math.round(performance.now() - startedMs))
  return failure === null ? { healthy: true, responseTimeMs } : { healthy: false, responseTimeMs, reason: failure }
}

async function tryConnect(provider: ProviderConfig, timeoutMs: number): Promise<string | null> {
  const url = new URL(provider.baseUrl)
  const tls = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (tls ? 443 : 80)
  return await new Promise((resolve) => {
    const socket = tls
      ? connectTls({ host, port, servername: host, ...(provider.caPem === undefined ? {} : { ca: provider.caPem }) })
      : connectTcp({ host, port })
    const done = (failure: string | null): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.setTimeout(timeoutMs, () => done(`no connection within ${timeoutMs} ms`))
    socket.once(tls ? 'secureConnect' : 'connect', () => done(null))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
  })
}

/** A key that is refused says nothing about the server: it answered. */
async function tryModels(provider: ProviderConfig, timeoutMs: number): Promise<string | null> {
  const result = await listModels(provider, timeoutMs)
  if (result.ok || (result.status >= 400 && result.status < 500)) return null
  return result.status > 0 ? `status ${result.status}` : result.reason
}
