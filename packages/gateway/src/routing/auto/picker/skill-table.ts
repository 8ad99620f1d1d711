// Prior expectations of every model at every task type, from public results, dated.
// The table (`tables/skills.json`) holds abilities and deviations in logits, fitted over several benchmarks together;
// here they become expected quality on everyday requests, which are easier than examinations.
import { readFileSync } from 'node:fs'
import { FAMILIES, FAMILIES_AS_OF } from './skill-families.ts'
import type { SkillOverrides, Skills, SkillSubject } from './skills.ts'
import { TASK_TYPES, type TaskType } from './task-types.ts'

/** `tables/skills.json`. */
export interface SkillsFile {
  readonly sources: readonly string[]
  readonly asOf: string
  readonly models: Readonly<Record<string, SkillRow>>
}

export interface SkillRow {
  /** Logits against the table's best model, which has 0. */
  readonly ability: number
  /** Logits, shrunk towards 0. */
  readonly deviations: Partial<Readonly<Record<TaskType, number>>>
  /** Indices into `sources`. */
  readonly from: readonly number[]
}

/** What the best model of the table is expected to reach at everyday requests of a type, and how much of a difference in ability shows there. */
const EVERYDAY: Readonly<Record<TaskType, readonly [top: number, slope: number]>> = {
  'code-generation': [0.92, 0.65],
  debugging: [0.88, 0.7],
  'code-explanation': [0.95, 0.4],
  'data-query': [0.93, 0.55],
  'agent-step': [0.88, 0.7],
  maths: [0.96, 0.65],
  'advanced-maths': [0.85, 0.7],
  'science-qa': [0.92, 0.55],
  'professional-qa': [0.9, 0.55],
  'factual-qa': [0.88, 0.55],
  logic: [0.92, 0.55],
  extraction: [0.96, 0.35],
  classification: [0.95, 0.35],
  summary: [0.95, 0.3],
  rewrite: [0.95, 0.3],
  translation: [0.95, 0.35],
  creative: [0.93, 0.35],
  chat: [0.96, 0.3],
  planning: [0.93, 0.35],
  'rag-qa': [0.95, 0.35],
}

/** What the best model of the table is expected to reach, in logits. */
export function topLogit(type: TaskType): number {
  return logit(EVERYDAY[type][0])
}

/** Pseudo-observations: a measured model resists own traffic longer than a guess. */
const STRENGTHS = { table: 30, family: 15, price: 6, operator: 100 } as const
/** From list prices of the table's models: logits per tenfold output price, and the logits at US$ 10 per million. */
const LOGITS_PER_TENFOLD = 0.6
const LOGITS_AT_TEN_DOLLARS = -0.7

let file: SkillsFile | undefined

function table(): SkillsFile {
  file ??= JSON.parse(readFileSync(new URL('../tables/skills.json', import.meta.url), 'utf8')) as SkillsFile
  return file
}

export function skillsOf(subject: SkillSubject, overrides?: SkillOverrides): Skills {
  const prior = priorOf(subject)
  return overrides === undefined ? prior : withOverrides(prior, overrides)
}

function priorOf({ id, aliases = [], outputPrice }: SkillSubject): Skills {
  const { models, sources, asOf } = table()
  for (const name of [id, ...aliases].map(bareId)) {
    const [measured, row] = Object.entries(models).find(([known]) => bareId(known) === name) ?? []
    if (row) return expected(row, 'table', `${measured}: ${row.from.map((index) => sources[index]).join('; ')}`, asOf)
  }
  for (const name of [id, ...aliases].map(bareId)) {
    const family = FAMILIES.find(([pattern]) => pattern.test(name))
    const row = family && models[family[1]]
    if (family && row) {
      const [, peer, distance] = family
      return expected(
        { ...row, ability: row.ability + distance },
        'family',
        `${peer} ${distance < 0 ? 'less' : 'plus'} ${Math.abs(distance)} logits`,
        FAMILIES_AS_OF,
      )
    }
  }
  const ability =
    LOGITS_AT_TEN_DOLLARS + LOGITS_PER_TENFOLD * Math.log10(Math.min(100, Math.max(0.05, outputPrice ?? 1)) / 10)
  return expected({ ability, deviations: {}, from: [] }, 'price', 'guessed from the list price', asOf)
}

/** `vendor/Model-1.5` and `model-1-5` are one. */
function bareId(id: string): string {
  return (id.split('/').at(-1) ?? id).toLowerCase().replace(/[._:]/gu, '-')
}

function expected({ ability, deviations }: SkillRow, basis: Skills['basis'], source: string, asOf: string): Skills {
  const byType = perType((type) => {
    const [top, slope] = EVERYDAY[type]
    return sigmoid(logit(top) + slope * (ability + (deviations[type] ?? 0)))
  })
  return { overall: meanOf(byType), byType, strength: STRENGTHS[basis], basis, source, asOf }
}

function withOverrides(prior: Skills, { overall, byType = {}, strength }: SkillOverrides): Skills {
  // An overall figure moves every type by as many logits as it moves the mean.
  const shift = overall === undefined ? 0 : logit(overall) - logit(prior.overall)
  const moved = perType((type) => byType[type] ?? sigmoid(logit(prior.byType[type]) + shift))
  return {
    ...prior,
    overall: overall ?? meanOf(moved),
    byType: moved,
    strength: strength ?? STRENGTHS.operator,
    basis: 'operator',
    source: `operator, over ${prior.source}`,
  }
}

function perType(make: (type: TaskType) => number): Record<TaskType, number> {
  return Object.fromEntries(TASK_TYPES.map((type) => [type, make(type)])) as Record<TaskType, number>
}

function meanOf(byType: Readonly<Record<TaskType, number>>): number {
  return TASK_TYPES.reduce((sum, type) => sum + byType[type], 0) / TASK_TYPES.length
}

function logit(share: number): number {
  const safe = Math.min(0.999, Math.max(0.001, share))
  return Math.log(safe / (1 - safe))
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
