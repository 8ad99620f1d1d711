// The body of GET /health: the fields of two earlier products at once, so that monitors written for either keep working.
// From the load balancer: `servers`, `totalServers`, `healthyServers`, `lastUpdate`. From the router: `status`,
// `credentials` and `models` with bans and rates. Every figure is an integer, never null; -1 = no limit.
import type { Config } from '../../config/config.ts'
import type { CircuitHealth, CredentialHealth, HealthView, ProviderHealth } from '../control-ports.ts'

export interface HealthBody {
  readonly healthy: boolean
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * `detail` decides how much strangers learn: `full`; `names` (no addresses, limits or reasons); `status` (only whether
 * it works, and how many upstreams there are).
 */
export function healthBody(
  view: HealthView,
  options: {
    detail: Config['health']['detail']
    nowMs: number
    configError: string | undefined
    moneyViolations: readonly string[]
  },
): HealthBody {
  const { detail, nowMs, configError, moneyViolations } = options
  const healthyServers = view.providers.filter(({ healthy }) => healthy).length
  const healthy = healthyServers > 0
  const summary = {
    status: healthy ? 'healthy' : 'unhealthy',
    totalServers: view.providers.length,
    healthyServers,
    lastUpdate: whole(view.lastUpdateMs),
  }
  // Even the shortest answer says it: nothing is more urgent. Whose money it is stays with the log.
  const money = moneyViolations.length === 0 ? {} : { money_violations: moneyViolations.length }
  if (detail === 'status') return { healthy, body: { ...summary, ...money } }
  const full = detail === 'full'
  const available = view.credentials.filter((credential) => !isBanned(credential, nowMs)).length
  const weights = new Map(view.credentials.map(({ name, weight, priority }) => [name, { weight, priority }]))
  return {
    healthy,
    body: {
      ...summary,
      ...money,
      ...(configError === undefined ? {} : { config_error: full ? configError : 'The last reload was refused.' }),
      credentials_available: available,
      credentials_banned: view.credentials.length - available,
      total_credentials: view.credentials.length,
      servers: view.providers.map((provider) => serverEntry(provider, full)),
      credentials: Object.fromEntries(
        view.credentials.map((credential) => [
          credential.name,
          credentialEntry(credential, view.credentials, nowMs, full),
        ]),
      ),
      models: Object.fromEntries(
        view.circuits.map((circuit) => [
          `${circuit.credential}:${circuit.model}`,
          { ...modelEntry(circuit), ...weights.get(circuit.credential) },
        ]),
      ),
    },
  }
}

function serverEntry(provider: ProviderHealth, full: boolean): Record<string, unknown> {
  return {
    name: provider.name,
    ...(full ? { url: provider.url } : {}),
    healthy: provider.healthy,
    lastCheck: whole(provider.lastCheckMs),
    responseTime: whole(provider.responseTimeMs),
    consecutiveFailures: whole(provider.consecutiveFailures),
    ...(full && provider.reason !== undefined ? { reason: provider.reason } : {}),
  }
}

function credentialEntry(
  credential: CredentialHealth,
  all: readonly CredentialHealth[],
  nowMs: number,
  full: boolean,
): Record<string, unknown> {
  const hasErrors = Object.keys(credential.errorCounts).length > 0
  return {
    provider: credential.provider,
    type: credential.type,
    // Not the first choice: something with a lower priority number comes before it.
    is_fallback: all.some(({ priority }) => priority < credential.priority),
    is_banned: isBanned(credential, nowMs),
    current_rpm: whole(credential.currentRpm),
    current_tpm: whole(credential.currentTpm),
    weight: credential.weight,
    priority: credential.priority,
    ...(hasErrors ? { banned_error_counts: credential.errorCounts } : {}),
    ...(credential.coolingUntilMs > nowMs ? { ban_until: whole(credential.coolingUntilMs) } : {}),
    ...(full
      ? {
          base_url: credential.baseUrl,
          limit_rpm: whole(credential.limitRpm),
          limit_tpm: whole(credential.limitTpm),
          ...(credential.disabledReason === undefined ? {} : { reason: credential.disabledReason }),
        }
      : {}),
  }
}

function modelEntry(circuit: CircuitHealth): Record<string, unknown> {
  const hasErrors = Object.keys(circuit.errorCounts).length > 0
  return {
    credential: circuit.credential,
    model: circuit.model,
    is_banned: circuit.state === 'open',
    state: circuit.state,
    current_rpm: whole(circuit.currentRpm),
    current_tpm: whole(circuit.currentTpm),
    // Limits belong to credentials so far.
    limit_rpm: -1,
    limit_tpm: -1,
    ...(hasErrors ? { error_code_counts: circuit.errorCounts } : {}),
    ...(circuit.openUntilMs > 0 ? { ban_until: whole(circuit.openUntilMs) } : {}),
  }
}

function isBanned(credential: CredentialHealth, nowMs: number): boolean {
  return credential.disabled || credential.coolingUntilMs > nowMs
}

function whole(value: number): number {
  return Number.isFinite(value) ? Math.round(value) : 0
}
