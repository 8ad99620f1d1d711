// A small fleet with a clock that stands still and chance that repeats, for the tests beside this folder.
import { DEFAULTS } from '../../config/defaults.ts'
import { autoSchema } from '../../config/auto-schema.ts'
import { resolveAuto } from '../../config/resolve-auto.ts'
import { peopleSchema, resolvePeople } from '../../config/people-schema.ts'
import type { Config, ModelConfig, ProviderConfig, TargetConfig } from '../../config/config.ts'
import type { Candidate } from '../candidate.ts'
import type { FleetEnvironment } from '../environment.ts'
import { Fleet } from '../fleet.ts'
import type { FleetOptions } from '../fleet.ts'
import type { ModelInfo, ModelSource } from '../model-info.ts'
import type { Route } from '../route.ts'

export function providerOf(name: string, changes: Partial<ProviderConfig> = {}): ProviderConfig {
  return {
    name,
    type: 'openai-compatible',
    baseUrl: `http://${name}.test/v1`,
    apiKeys: [`secret-of-${name}`],
    weight: 1,
    priority: 0,
    limits: {},
    headers: {},
    streamUsage: true,
    maxConnections: 1024,
    healthPath: '/models',
    anyModel: false,
    ...changes,
  }
}

export function targetOf(provider: string, changes: Partial<TargetConfig> = {}): TargetConfig {
  return { provider, model: 'm', weight: 1, priority: 0, ...changes }
}

export function modelOf(id: string, targets: readonly TargetConfig[], changes: Partial<ModelConfig> = {}): ModelConfig {
  return { id, aliases: [], strategy: 'weighted', targets, fallbacks: [], ...changes }
}

export function configOf(
  providers: readonly ProviderConfig[],
  models: readonly ModelConfig[],
  balancer: Partial<Config['balancer']> = {},
): Config {
  return {
    ...DEFAULTS,
    server: { ...DEFAULTS.server, masterKey: '', publicUrl: '', cors: [], trustedProxies: [] },
    timeouts: { connectMs: 5_000, firstByteMs: 60_000, replyMs: 600_000, idleMs: 120_000, totalMs: 600_000 },
    balancer: {
      ...DEFAULTS.balancer,
      maxAttempts: 3,
      limitWaitMs: 5_000,
      ...balancer,
    },
    log: { level: 'silent' },
    providers,
    models,
    groups: [],
    auto: resolveAuto(autoSchema.parse({}), models),
    prices: {},
    learned: {},
    payments: {},
    mail: { smtpUrl: '', from: '' },
    people: resolvePeople({ people: peopleSchema.parse({}) }),
  }
}

/** Providers `a`, `b`... that all serve the model `m`. */
export function simpleConfig(names: readonly string[], balancer: Partial<Config['balancer']> = {}): Config {
  const targets = names.map((name) => targetOf(name))
  return configOf(
    names.map((name) => providerOf(name)),
    [modelOf('m', targets)],
    balancer,
  )
}

export function sourceOf(models: readonly (ModelInfo & { readonly aliases?: readonly string[] })[] = []): ModelSource {
  return { find: (name) => models.find(({ id, aliases }) => id === name || (aliases ?? []).includes(name)) }
}

/** Chance is always one half unless given: jitter is then zero. */
export function fleetOf(config: Config, options: Partial<FleetOptions> = {}): Fleet {
  return new Fleet({ config, catalogue: sourceOf(), random: () => 0.5, unixNow: () => 1_700_000_000_000, ...options })
}

export function environmentOf(changes: Partial<FleetEnvironment> = {}): FleetEnvironment {
  const { breaker } = simpleConfig([]).balancer
  return { random: () => 0.5, probeGate: undefined, breaker, probeLeaseMs: 66_000, ...changes }
}

export function routeOf(fleet: Fleet, id = 'm'): Route {
  const route = fleet.resolve(id)
  if (route === undefined) throw new Error(`no route for ${id}`)
  return route
}

/** The first choice for one request. */
export function pick(fleet: Fleet, nowMs = 0, affinityKey: string | null = null, id = 'm'): Candidate {
  const candidate = fleet.select(routeOf(fleet, id), affinityKey, nowMs).next(nowMs)
  if (candidate === null) throw new Error('no candidate')
  return candidate
}

export function candidateOn(fleet: Fleet, name: string, id = 'm'): Candidate {
  const found = routeOf(fleet, id)
    .tiers.flat()
    .find(({ credential }) => credential.name === name)
  if (found === undefined) throw new Error(`no candidate on ${name}`)
  return found
}

/** Numbers in [0, 1) that depend on the seed only (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}
