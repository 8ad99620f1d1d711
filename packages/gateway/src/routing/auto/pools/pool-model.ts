// A model that can be picked: its route, what is known about it, how good it is.
import type { ModelInfo, ModelSource } from '../../model-info.ts'
import type { Fleet } from '../../fleet.ts'
import { candidatesOfRoute, type Route } from '../../route.ts'
import type { AutoConfig, AutoPool, AutoSkill } from '../../../config/auto-config.ts'
import { isTaskType, type TaskType } from '../picker/task-types.ts'
import type { PickerPort } from '../picker-port.ts'
import type { SkillOverrides, Skills } from '../picker/skills.ts'

export interface PoolModel {
  readonly id: string
  /** Null = nothing is known of it beside its price. */
  readonly info: ModelInfo | null
  readonly skills: Skills
}

/** Source of the vendors' lists: `catalogue/model.ts`. What no catalogue knows and has a price per token is taken for one. */
function isChat(info: ModelInfo | undefined): boolean {
  return info?.capabilities === undefined || info.capabilities.includes('chat')
}

export interface PoolSources {
  readonly fleet: Pick<Fleet, 'listModels' | 'resolve'>
  readonly catalogue: ModelSource
  readonly picker: Pick<PickerPort, 'skillsOf'>
  readonly auto: Pick<AutoConfig, 'skills'>
}

/** The models of a pool, in its order; of one without a list every chat model that has a price. */
export function modelsOfPool(
  { models, exclude }: Pick<AutoPool, 'models' | 'exclude'>,
  sources: PoolSources,
): readonly PoolModel[] {
  return idsOfPool({ models, exclude }, sources).map((id) => poolModel(id, sources))
}

/** The same without a look at how good they are. */
export function idsOfPool(
  { models, exclude }: Pick<AutoPool, 'models' | 'exclude'>,
  sources: Pick<PoolSources, 'fleet' | 'catalogue'>,
): readonly string[] {
  const listed = sources.fleet.listModels()
  const ids =
    models ?? listed.filter(({ id, price }) => price !== null && isChat(infoOf(id, sources))).map(({ id }) => id)
  return ids.filter((id) => !exclude.some((pattern) => matchesName(pattern, id)))
}

export function poolModel(id: string, sources: PoolSources): PoolModel {
  const info = infoOf(id, sources)
  const route = sources.fleet.resolve(id)
  const price = info?.price ?? route?.price ?? undefined
  const skills = sources.picker.skillsOf(
    {
      id: info?.id ?? id,
      ...(info === undefined ? {} : { vendor: info.vendor, createdAtSeconds: info.createdAtSeconds }),
      ...(info?.capabilities === undefined ? {} : { reasoning: info.capabilities.includes('reasoning') }),
      ...(price === undefined
        ? {}
        : { inputPrice: price.inputNanosPerMillion / 1e9, outputPrice: price.outputNanosPerMillion / 1e9 }),
    },
    overridesOf(sources.auto.skills[id]),
  )
  return { id, info: info ?? null, skills }
}

/** By its public id, else by what its first upstream calls it. */
function infoOf(id: string, { catalogue, fleet }: Pick<PoolSources, 'fleet' | 'catalogue'>): ModelInfo | undefined {
  const known = catalogue.find(id) ?? catalogue.find(id.slice(id.lastIndexOf('/') + 1))
  if (known !== undefined) return known
  const route = fleet.resolve(id)
  return route === undefined ? undefined : catalogue.find(firstUpstreamModel(route))
}

function firstUpstreamModel(route: Route): string {
  for (const { upstreamModel } of candidatesOfRoute(route)) return upstreamModel
  return ''
}

function overridesOf(skill: AutoSkill | undefined): SkillOverrides | undefined {
  if (skill === undefined) return undefined
  const byType: Partial<Record<TaskType, number>> = {}
  for (const [type, quality] of Object.entries(skill.byType ?? {})) if (isTaskType(type)) byType[type] = quality
  return { ...(skill.overall === undefined ? {} : { overall: skill.overall }), byType }
}

/** As `identity/patterns.ts` has it, for the short lists of a pool: `*` stands for any text. */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return name === first
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return name.length - part.length >= at && name.endsWith(part)
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return true
}
