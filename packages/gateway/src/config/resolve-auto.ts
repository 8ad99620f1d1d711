// The section `auto`: what its shape alone cannot tell, and the pools of the running config with every name looked up.
import { matchesPattern } from '../identity/patterns.ts'
import { policyOf, stricterPolicy } from '../core/data-policy.ts'
import { nanosFromDollars } from '../core/dollars.ts'
import {
  ALSO_AUTO,
  AUTO_PRESETS,
  type AutoConfig,
  type AutoEmbedder,
  type AutoKnobs,
  type AutoLearning,
  type AutoPool,
} from './auto-config.ts'
import type { AutoFile, AutoPoolFile } from './auto-schema.ts'
import type { ModelConfig, ProviderConfig } from './config.ts'
import { nearestHint } from './nearest.ts'
import type { Report } from './report.ts'

interface Served {
  readonly models: readonly ModelConfig[]
  readonly providers: readonly ProviderConfig[]
  readonly groups: readonly { readonly name: string }[]
  readonly brand: { readonly auto_model: string }
}

const PPM = 1_000_000

export function checkAuto(file: AutoFile, served: Served, report: Report): void {
  checkName(served, report)
  const at = (...rest: PropertyKey[]): PropertyKey[] => ['auto', ...rest]
  checkNames(file.pool ?? [], at('pool'), served, report)
  checkChoice(file, file.pool ?? null, at, served, report)
  const names = new Set<string>()
  const groups = new Map<string, string>()
  for (const [index, pool] of file.pools.entries()) {
    const inPool = (...rest: PropertyKey[]): PropertyKey[] => ['auto', 'pools', index, ...rest]
    if (!/^[\w.-]+$/.test(pool.name)) report.problem(inPool('name'), 'may only hold letters, digits, ".", "_" and "-".')
    if (names.has(pool.name)) report.problem(inPool('name'), `"${pool.name}" is the name of a pool before it.`)
    names.add(pool.name)
    checkNames(pool.models, inPool('models'), served, report)
    checkChoice(pool, pool.models, inPool, served, report)
    for (const [position, group] of pool.groups.entries()) {
      const path = inPool('groups', position)
      const taken = groups.get(group)
      if (taken !== undefined) report.problem(path, `"${group}" belongs to the pool "${taken}" already.`)
      groups.set(group, pool.name)
      // Groups may come from the database, so this is no more than a warning.
      const known = served.groups.map(({ name }) => name)
      if (group !== 'default' && !known.includes(group))
        report.warning(path, `"${group}" is not a group of this file.`, nearestHint(group, known))
    }
  }
  checkShadow(file.learning.shadow, at, served, report)
  if (file.embedder !== undefined) checkNames([file.embedder.model], at('embedder', 'model'), served, report, false)
  for (const id of Object.keys(file.skills)) checkNames([id], at('skills', id), served, report, false)
}

function checkShadow(
  shadow: AutoFile['learning']['shadow'],
  at: (...rest: PropertyKey[]) => PropertyKey[],
  served: Served,
  report: Report,
): void {
  if (shadow === undefined) return
  const path = at('learning', 'shadow')
  checkNames([shadow.judge], [...path, 'judge'], served, report, false)
  if (nanosFromDollars(shadow.max_cost_per_day) === undefined)
    report.problem([...path, 'max_cost_per_day'], 'is no amount of US$ with at most 9 places.')
}

/** A model that has the picker's name would hide it. */
function checkName({ models, brand }: Served, report: Report): void {
  const taken = models.find(({ id, aliases }) => id === brand.auto_model || aliases.includes(brand.auto_model))
  if (taken === undefined) return
  const message = `"${brand.auto_model}" is the model "${taken.id}" here, and an exact name wins: the picker cannot be asked for by it.`
  report.warning(['brand', 'auto_model'], message, `Give the picker another name; ${ALSO_AUTO} is taken for it too.`)
}

/** Patterns that nothing fits are mistakes; names that only a wildcard or any provider covers are not. */
function checkNames(
  names: readonly string[],
  path: readonly PropertyKey[],
  served: Served,
  report: Report,
  inList = true,
): void {
  for (const [position, name] of names.entries()) {
    if (fits(name, served)) continue
    const ids = served.models.map(({ id }) => id)
    const what = name.includes('*') ? 'fits no model of this gateway.' : 'is not a model of this gateway.'
    report.problem(inList ? [...path, position] : path, `"${name}" ${what}`, nearestHint(name, ids))
  }
}

function fits(name: string, { models, providers }: Served): boolean {
  if (models.some(({ id, aliases }) => matchesPattern(name, id) || aliases.includes(name))) return true
  if (name.includes('*')) return false
  return (
    providers.some(({ name: provider, anyModel }) => anyModel || name.startsWith(`${provider}/`)) ||
    models.some(({ id }) => id.includes('*') && matchesPattern(id, name))
  )
}

function checkChoice(
  choice: Pick<AutoPoolFile, 'baseline' | 'exclude' | 'max_cost'>,
  pool: readonly string[] | null,
  at: (...rest: PropertyKey[]) => PropertyKey[],
  served: Served,
  report: Report,
): void {
  const { baseline, exclude, max_cost: maxCost } = choice
  if (maxCost !== undefined && nanosFromDollars(maxCost) === undefined)
    report.problem(at('max_cost'), 'is no amount of US$ with at most 9 places.')
  if (pool !== null && idsOf(pool, exclude, served.models).length === 0)
    report.problem(at('exclude'), 'leaves nothing of the pool.')
  if (baseline === undefined) return
  checkNames([baseline], at('baseline'), served, report, false)
  const id = idOf(baseline, served.models)
  const model = served.models.find((candidate) => candidate.id === id)
  if (model !== undefined && model.price === undefined)
    report.warning(at('baseline'), `"${baseline}" has no price, so no savings can be counted against it.`)
  if (pool !== null && fits(baseline, served) && !idsOf(pool, [], served.models).includes(id))
    report.warning(
      at('baseline'),
      `"${baseline}" is not in the pool: it is never picked, and counted against all the same.`,
    )
}

/** Of a file that was checked. */
export function resolveAuto(file: AutoFile, models: readonly ModelConfig[]): AutoConfig {
  const top: AutoPoolFile = { ...file, name: '', models: [], groups: [] }
  const pools = [
    poolOf(top, file.pool ?? null, file, models),
    ...file.pools.map((pool) => poolOf(pool, pool.models, file, models)),
  ]
  const presets = AUTO_PRESETS.flatMap((name) => {
    const preset = file.presets[name]
    return preset === undefined ? [] : [[name, knobsOf(preset)] as const]
  })
  const skills = Object.entries(file.skills).map(([id, { overall, by_task: byType }]) => [
    idOf(id, models),
    { ...(overall === undefined ? {} : { overall }), byType },
  ])
  return {
    pools,
    presets: Object.fromEntries(presets),
    skills: Object.fromEntries(skills),
    cacheTtlMs: file.cache_ttl_ms,
    conversationTtlMs: file.conversation_ttl_ms,
    learning: learningOf(file.learning, models),
    embedder: embedderOf(file.embedder, models),
  }
}

function embedderOf(file: AutoFile['embedder'], models: readonly ModelConfig[]): AutoEmbedder | null {
  if (file === undefined) return null
  return { model: idOf(file.model, models), dimensions: file.dimensions ?? null, waitMs: file.wait_ms }
}

function learningOf(file: AutoFile['learning'], models: readonly ModelConfig[]): AutoLearning {
  const { shadow } = file
  return {
    signals: file.signals,
    everyHours: file.every_hours,
    serve: file.serve,
    explorePpm: Math.round(file.explore_share * PPM),
    exemplars: file.exemplars,
    maxCostRise: file.max_cost_rise,
    shadow:
      shadow === undefined || shadow.share === 0
        ? null
        : {
            sharePpm: Math.round(shadow.share * PPM),
            judge: idOf(shadow.judge, models),
            maxCostNanosPerDay: nanosFromDollars(shadow.max_cost_per_day) ?? 0,
            paidBy: shadow.paid_by,
          },
  }
}

function poolOf(
  pool: AutoPoolFile,
  names: readonly string[] | null,
  file: AutoFile,
  models: readonly ModelConfig[],
): AutoPool {
  const own = names === null ? null : idsOf(names, [], models)
  // A baseline of the whole section stands for a pool only where it is part of it.
  const inherited = file.baseline !== undefined && (own === null || own.includes(idOf(file.baseline, models)))
  const baseline = pool.baseline ?? (inherited ? file.baseline : undefined)
  const maxCost = pool.max_cost ?? file.max_cost
  return {
    name: pool.name,
    models: own,
    exclude: [...new Set([...file.exclude, ...pool.exclude])].map((name) => idOf(name, models)),
    baseline: baseline === undefined ? null : idOf(baseline, models),
    knobs: { tradeoff: pool.tradeoff ?? file.tradeoff, minQuality: pool.min_quality ?? file.min_quality },
    maxCostNanos: maxCost === undefined ? null : (nanosFromDollars(maxCost) ?? null),
    // A pool may want more than the section, never less.
    dataPolicy: stricterPolicy(policyOf(file.data_policy ?? {}), policyOf(pool.data_policy ?? {})),
    controlPpm: Math.round((pool.control_share ?? file.control_share ?? 0) * PPM),
    groups: pool.groups,
  }
}

function knobsOf(knobs: {
  readonly tradeoff?: number | undefined
  readonly min_quality?: number | undefined
}): Partial<AutoKnobs> {
  return {
    ...(knobs.tradeoff === undefined ? {} : { tradeoff: knobs.tradeoff }),
    ...(knobs.min_quality === undefined ? {} : { minQuality: knobs.min_quality }),
  }
}

/** In the order of the names, each once; names that no entry has stay as they are. */
function idsOf(
  names: readonly string[],
  exclude: readonly string[],
  models: readonly ModelConfig[],
): readonly string[] {
  const ids = names.flatMap((name) => {
    if (!name.includes('*')) return [idOf(name, models)]
    return models.filter(({ id }) => !id.includes('*') && matchesPattern(name, id)).map(({ id }) => id)
  })
  const excluded = (id: string): boolean => exclude.some((name) => matchesPattern(idOf(name, models), id))
  return [...new Set(ids)].filter((id) => !excluded(id))
}

function idOf(name: string, models: readonly ModelConfig[]): string {
  if (models.some(({ id }) => id === name)) return name
  return models.find(({ aliases }) => aliases.includes(name))?.id ?? name
}
