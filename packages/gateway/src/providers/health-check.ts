// Active health checks: does a provider's address answer? By default a TCP (and TLS) connect, which costs nothing; on
// request its list of models, where it has one at this address. Never a generation, which would cost money.

import type { ProviderConfig } from '../config/config.ts'
import { DEFAULTS } from '../config/defaults.ts'
import { tryConnect } from './connect.ts'
import { hasModelList, listModels } from './list-models.ts'

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
  const byList = how === 'models' && hasModelList(provider)
  const failure = byList ? await modelsFailure(provider, timeoutMs) : await connectFailure(provider, timeoutMs)
  const responseTimeMs = Math.max(1, Math.round(performance.now() - startedMs))
  return failure === null ? { healthy: true, responseTimeMs } : { healthy: false, responseTimeMs, reason: failure }
}

async function connectFailure(provider: ProviderConfig, timeoutMs: number): Promise<string | null> {
  const error = await tryConnect(provider, timeoutMs)
  return error === null ? null : (error.code ?? error.message)
}

/** A key that is refused says nothing about the server: it answered. Nor need a path of the operator's own list models. */
async function modelsFailure(provider: ProviderConfig, timeoutMs: number): Promise<string | null> {
  const result = await listModels(provider, timeoutMs)
  if (result.ok || (result.status >= 400 && result.status < 500)) return null
  if (result.status === 200 && provider.healthPath !== DEFAULTS.provider.healthPath) return null
  return result.status > 0 ? `status ${result.status}` : result.reason
}
