// The score table from public results: one ability per model, one hardness per benchmark, and what a model is better or
// worse at, shrunk. Logits, so that examinations of different hardness can be laid side by side.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SkillRow, SkillsFile } from '../../src/routing/auto/picker/skill-table.ts'
import type { TaskType } from '../../src/routing/auto/picker/task-types.ts'
import { dataFiles, readRows } from './data-sets.ts'

const SOURCES = [
  'LLMRouterBench tables 9 and 10 (arXiv 2601.07206, MIT), January 2026',
  'MMLU-Pro eval_results (TIGER-AI-Lab, f418b116, Apache-2.0), 2024',
  'LLMRouter (ulab-uiuc, 4e7a7969, MIT), 2025',
  'RouteLLM evals (lm-sys, 0b64fdaf, Apache-2.0), 2024',
] as const
const AS_OF = '2026-01-15'
const ALL = 'MMLU-Pro'

/** Benchmark -> the task types it speaks for. MMLU-Pro as a whole says nothing but ability: it links the sources. */
const SPEAKS_FOR: Readonly<Record<string, readonly TaskType[]>> = {
  AIME: ['advanced-maths'],
  LiveMathBench: ['advanced-maths', 'maths'],
  LiveCodeBench: ['code-generation', 'data-query', 'code-explanation'],
  'SWE-Bench': ['debugging', 'agent-step'],
  GPQA: ['science-qa'],
  SimpleQA: ['factual-qa'],
  ArenaHard: ['chat', 'creative', 'planning', 'rewrite', 'summary'],
  'tau2-bench': ['agent-step'],
  'pro math': ['maths', 'advanced-maths'],
  'pro physics': ['science-qa'],
  'pro chemistry': ['science-qa'],
  'pro biology': ['science-qa'],
  'pro engineering': ['science-qa'],
  'pro law': ['professional-qa'],
  'pro health': ['professional-qa'],
  'pro business': ['professional-qa'],
  'pro economics': ['professional-qa'],
  'pro psychology': ['professional-qa'],
  'pro history': ['factual-qa'],
  'pro philosophy': ['logic'],
  'pro computer science': ['code-explanation'],
  'mix gsm8k': ['maths'],
  'mix agentverse-mgsm': ['maths'],
  'mix math': ['advanced-maths'],
  'mix mbpp': ['code-generation'],
  'mix human_eval': ['code-generation'],
  'mix natural_qa': ['factual-qa'],
  'mix trivia_qa': ['factual-qa'],
  'mix commonsense_qa': ['logic'],
  'mix agentverse-logicgrid': ['logic'],
  'mix arc_challenge': ['science-qa'],
  'mix gpqa': ['science-qa'],
  'mix commongen': ['creative'],
  'two gsm8k': ['maths'],
}

/** Pull of a deviation towards 0, in observations: two benchmarks of a type move it half-way. */
const DEVIATION_STRENGTH = 2
const TURNS = 200

interface Observation {
  readonly model: string
  readonly benchmark: string
  readonly logit: number
  readonly source: number
}

/** Spellings of one model in several sources. */
const SAME: Readonly<Record<string, string>> = {
  'llama-3.1-8b-instruct': 'Meta-Llama-3_1-8B-Instruct',
  'mixtral-8x7b': 'Mixtral-8x7B-Instruct-v0.1',
}

export function fitSkills(folder: string): SkillsFile {
  const observations = [...flagshipTable(folder), ...perPromptMeans(folder)]
  const abilities = new Map<string, number>()
  const hardness = new Map<string, number>()
  const deviations = new Map<string, number>()
  const cell = (model: string, type: TaskType) => `${model}\n${type}`
  const deviation = ({ model, benchmark }: Observation) => {
    const types = SPEAKS_FOR[benchmark] ?? []
    return types.reduce((sum, type) => sum + (deviations.get(cell(model, type)) ?? 0), 0) / Math.max(types.length, 1)
  }
  for (let turn = 0; turn < TURNS; turn++) {
    regroup(
      observations,
      ({ benchmark }) => [benchmark],
      hardness,
      0.01,
      (o) => o.logit - (abilities.get(o.model) ?? 0) - deviation(o),
    )
    regroup(
      observations,
      ({ model }) => [model],
      abilities,
      0.05,
      (o) => o.logit - (hardness.get(o.benchmark) ?? 0) - deviation(o),
    )
    regroup(
      observations,
      ({ model, benchmark }) => (SPEAKS_FOR[benchmark] ?? []).map((type) => cell(model, type)),
      deviations,
      DEVIATION_STRENGTH,
      (o) => o.logit - (hardness.get(o.benchmark) ?? 0) - (abilities.get(o.model) ?? 0),
    )
  }
  const top = Math.max(...abilities.values())
  const models = Object.fromEntries(
    [...abilities]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([model, ability]): [string, SkillRow] => [
        model,
        {
          ability: rounded(ability - top),
          deviations: Object.fromEntries(
            [...deviations]
              .filter(([key]) => key.startsWith(`${model}\n`))
              .map(([key, value]) => [key.split('\n')[1] ?? '', rounded(value)]),
          ),
          from: [...new Set(observations.filter((one) => one.model === model).map(({ source }) => source))].sort(),
        },
      ]),
  )
  return { sources: SOURCES, asOf: AS_OF, models }
}

/** Each group's mean residual, pulled towards 0 by `strength` observations. */
function regroup(
  observations: readonly Observation[],
  keysOf: (one: Observation) => readonly string[],
  values: Map<string, number>,
  strength: number,
  residual: (one: Observation) => number,
): void {
  const sums = new Map<string, readonly [number, number]>()
  for (const one of observations) {
    for (const key of keysOf(one)) {
      const [sum, count] = sums.get(key) ?? [0, 0]
      sums.set(key, [sum + residual(one), count + 1])
    }
  }
  for (const [key, [sum, count]] of sums) values.set(key, sum / (count + strength))
}

function flagshipTable(folder: string): Observation[] {
  const path = resolve(folder, 'skill_table_llmrouterbench.json')
  if (!existsSync(path)) return []
  const { models } = JSON.parse(readFileSync(path, 'utf8')) as {
    models: Record<string, { accuracy_pct: Record<string, number | null> }>
  }
  return Object.entries(models).flatMap(([model, row]) =>
    Object.entries(row.accuracy_pct).flatMap(([benchmark, accuracy]) =>
      accuracy === null ? [] : [{ model, benchmark, logit: logitOf(accuracy / 100), source: 0 }],
    ),
  )
}

function perPromptMeans(folder: string): Observation[] {
  const prefixes: Readonly<Record<string, readonly [prefix: string, source: number]>> = {
    'mmlu_pro.jsonl.gz': ['pro', 1],
    'llmrouter.jsonl.gz': ['mix', 2],
    'routellm.jsonl.gz': ['two', 3],
  }
  return dataFiles(folder).flatMap((name) => {
    const [prefix, source] = prefixes[name] ?? []
    if (prefix === undefined || source === undefined) return []
    const sums = new Map<string, [number, number]>()
    for (const { domain, m } of readRows(folder, name)) {
      const bench = prefix === 'two' && domain !== 'gsm8k' ? 'two mmlu' : `${prefix} ${domain}`
      for (const [model, [score]] of Object.entries(m)) {
        for (const benchmark of prefix === 'pro' ? [bench, ALL] : [bench]) {
          const sum = sums.get(`${model}\n${benchmark}`) ?? [0, 0]
          sums.set(`${model}\n${benchmark}`, [sum[0] + score, sum[1] + 1])
        }
      }
    }
    return [...sums].map(([key, [sum, count]]): Observation => {
      const [model = '', benchmark = ''] = key.split('\n')
      return { model: SAME[model] ?? model, benchmark, logit: logitOf(sum / count), source }
    })
  })
}

function logitOf(share: number): number {
  const safe = Math.min(0.98, Math.max(0.02, share))
  return Math.log(safe / (1 - safe))
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
