// What the health history is told of the gateway and its upstreams at one moment.
import type { Config } from '../config/config.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { HealthSample } from '../telemetry/history/health-recorder.ts'
import { upstreamGroup } from '../telemetry/history/upstream-group.ts'

/** News of a provider that is older says nothing about now. */
const LEAST_FRESH_MS = 180_000

interface HealthFacts {
  readonly config: Config
  readonly view: HealthView
  /** It lets calls in: workers listen, and can write down what they do. */
  readonly serving: boolean
  readonly nowMs: number
}

export function healthSamples({ config, view, serving, nowMs }: HealthFacts): readonly HealthSample[] {
  const freshMs = Math.max(LEAST_FRESH_MS, 2.5 * config.health.intervalMs)
  const providers = view.providers.filter(({ lastCheckMs }) => nowMs - lastCheckMs <= freshMs)
  const configs = new Map(config.providers.map((provider) => [provider.name, provider]))
  const groups = new Map<string, HealthSample>()
  for (const { name, healthy, responseTimeMs } of providers) {
    const provider = configs.get(name)
    if (provider === undefined) continue
    const component = `upstreams:${upstreamGroup(provider)}`
    const known = groups.get(component)
    // One that serves is enough; the quickest of them stands for all.
    if (known?.healthy && (!healthy || known.responseMs <= responseTimeMs)) continue
    if (known === undefined || healthy) groups.set(component, { component, healthy, responseMs: responseTimeMs })
  }
  return [{ component: 'gateway', healthy: serving, responseMs: 0 }, ...groups.values()]
}
