// The state of the upstreams as metrics: what `/health` shows, for a graph and an alert.

import type { HealthView } from '../routing/health-view.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { Counter } from '../telemetry/metrics.ts'

const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 } as const

export function upstreamMetrics(health: HealthView): readonly MetricFamily[] {
  const up = new Counter('fairlead_provider_up', '1 when the provider is healthy, else 0.', ['provider'], 'gauge')
  for (const { name, healthy } of health.providers) up.set(healthy ? 1 : 0, name)

  const disabled = new Counter(
    'fairlead_credential_disabled',
    '1 while a provider refuses the credential, else 0.',
    ['credential'],
    'gauge',
  )
  for (const { name, disabled: isDisabled } of health.credentials) disabled.set(isDisabled ? 1 : 0, name)

  const breakers = new Counter(
    'fairlead_breaker_state',
    'Circuit breaker of a credential and model: 0 closed, 1 half-open, 2 open.',
    ['credential', 'model'],
    'gauge',
  )
  for (const { credential, model, state } of health.circuits) breakers.set(BREAKER_STATES[state], credential, model)
  return [up, disabled, breakers].map((metric) => metric.family())
}
