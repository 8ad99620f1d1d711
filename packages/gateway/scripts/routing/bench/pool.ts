// A pool: prompts with every candidate's score and cost, and each prompt as the picker sees it.
import { decodeProjection, type Projection } from '../../../src/routing/auto/picker/projection.ts'
import { cutText } from '../../../src/routing/auto/picker/prompt-view.ts'
import { pointOf, rowOf } from '../../../src/routing/auto/picker/text-point.ts'
import type { DataRow } from '../data-sets.ts'
import { readFileSync } from 'node:fs'

export interface Pool {
  readonly name: string
  readonly models: readonly string[]
  readonly rows: readonly DataRow[]
  /** Score 0..1, by row and model. */
  readonly scores: readonly Float64Array[]
  /** Cost in any one unit, by row and model. */
  readonly costs: readonly Float64Array[]
  /** What is known of the cost before the answer: a fixed part per row and model, and a price per output token. */
  readonly inputCosts: readonly Float64Array[]
  readonly outputPrices: Float64Array
  /** Output tokens by row and model; absent where the costs do not depend on them. */
  readonly outputTokens?: readonly Float64Array[]
  /** Unit vectors. */
  readonly vectors: readonly Float32Array[]
  /** Vector and surface. */
  readonly inputs: readonly Float32Array[]
  readonly domains: readonly string[]
  /** Index into `domains` by row. */
  readonly labels: Int32Array
}

type Price = readonly [input: number, output: number]

/** US$ per million tokens, list prices at the time of the results. */
const MMLU_PRO_PRICES: Readonly<Record<string, Price>> = {
  'gemini-1.5-pro-002': [1.25, 5],
  'gemini-1.5-flash-002': [0.075, 0.3],
  'Meta-Llama-3_1-70B-Instruct': [0.4, 0.4],
  'Meta-Llama-3_1-8B-Instruct': [0.05, 0.05],
  'DeepSeek-Coder-V2': [0.14, 0.28],
  'Mixtral-8x7B-Instruct-v0.1': [0.24, 0.24],
  'Mistral-7B-Instruct-v0.2': [0.06, 0.06],
  'Phi-3-mini-4k-instruct': [0.1, 0.1],
  'Qwen1.5-72B-Chat': [0.9, 0.9],
  'jamba-1.5-large': [2, 8],
}
const LLMROUTER_PRICES: Readonly<Record<string, number>> = {
  'llama-3.1-nemotron-51b-instruct': 0.9,
  'llama-3.3-nemotron-super-49b-v1': 0.9,
  'llama3-chatqa-1.5-70b': 0.9,
  'gemma-2-9b-it': 0.1,
}
const LLMROUTER_OTHER_PRICE = 0.2
const LLMROUTER_OUTPUT_TOKENS = 200

let projection: Projection | undefined

export function shippedProjection(): Projection {
  projection ??= decodeProjection(
    readFileSync(new URL('../../../src/routing/auto/tables/projection.bin', import.meta.url)),
  )
  return projection
}

/** Ten models, list price x tokens; rows that all ten answered. */
export function mmluProPool(rows: readonly DataRow[]): Pool {
  const models = Object.keys(MMLU_PRO_PRICES)
  const complete = rows.filter(({ m }) => models.every((model) => m[model] !== undefined))
  return makePool('MMLU-Pro', models, complete, (row, model) => {
    const [input, output] = MMLU_PRO_PRICES[model] ?? [0, 0]
    return { fixed: row.in_tok * input, outputPrice: output, outputTokens: row.m[model]?.[1] ?? 0 }
  })
}

/** Nine models, price x (input + 200) tokens. */
export function llmRouterPool(rows: readonly DataRow[]): Pool {
  const models = Object.keys(rows[0]?.m ?? {}).sort()
  return makePool('LLMRouter', models, rows, (row, model) => ({
    fixed: (LLMROUTER_PRICES[model] ?? LLMROUTER_OTHER_PRICE) * (row.in_tok + LLMROUTER_OUTPUT_TOKENS),
  }))
}

/** Two models; the strong one costs, the weak one is free. */
export function routeLlmPool(name: string, rows: readonly DataRow[]): Pool {
  return makePool(name, ['mixtral-8x7b', 'gpt-4-1106'], rows, (_, model) => ({ fixed: model === 'gpt-4-1106' ? 1 : 0 }))
}

/** Any other set whose rows carry recorded US$; undefined when they do not. */
export function recordedPool(name: string, rows: readonly DataRow[]): Pool | undefined {
  const counts = new Map<string, number>()
  for (const { m } of rows)
    for (const [model, figures] of Object.entries(m))
      if (figures[2] !== undefined) counts.set(model, (counts.get(model) ?? 0) + 1)
  const models = [...counts].filter(([, count]) => count > rows.length * 0.9).map(([model]) => model)
  if (models.length < 2) return undefined
  const complete = rows.filter(({ m }) => models.every((model) => m[model]?.[2] !== undefined))
  return makePool(name, models.sort(), complete, (row, model) => ({ fixed: row.m[model]?.[2] ?? 0, recorded: true }))
}

interface CostParts {
  readonly fixed: number
  readonly outputPrice?: number
  readonly outputTokens?: number
  /** Known only afterwards. */
  readonly recorded?: boolean
}

function makePool(
  name: string,
  models: readonly string[],
  rows: readonly DataRow[],
  costOf: (row: DataRow, model: string) => CostParts,
): Pool {
  const parts = rows.map((row) => models.map((model) => costOf(row, model)))
  const points = rows.map(({ prompt, in_tok: inputTokens }) =>
    pointOf(shippedProjection(), cutText(prompt), inputTokens),
  )
  const domains = [...new Set(rows.map(({ domain }) => domain))].sort()
  const first = parts[0] ?? []
  const total = ({ fixed, outputPrice = 0, outputTokens = 0 }: CostParts) => fixed + outputPrice * outputTokens
  const inputCosts = parts.map((row) =>
    Float64Array.from(row, ({ fixed, recorded }) => (recorded === true ? 0 : fixed)),
  )
  const recorded = first.some((part) => part.recorded === true)
  const hasOutput = recorded || first.some(({ outputTokens }) => outputTokens !== undefined)
  return {
    name,
    models,
    rows,
    scores: rows.map(({ m }) => Float64Array.from(models, (model) => m[model]?.[0] ?? 0)),
    costs: parts.map((row) => Float64Array.from(row, total)),
    inputCosts,
    // Recorded costs are predicted as a whole, as if they were output at a price of one.
    outputPrices: Float64Array.from(first, ({ outputPrice = 0 }) => (recorded ? 1 : outputPrice)),
    ...(hasOutput && {
      outputTokens: parts.map((row) =>
        Float64Array.from(row, ({ fixed, outputTokens = 0 }) => (recorded ? fixed : outputTokens)),
      ),
    }),
    vectors: points.map(({ vector }) => vector),
    inputs: points.map(rowOf),
    domains,
    labels: Int32Array.from(rows, ({ domain }) => domains.indexOf(domain)),
  }
}

/** Every `step`-th row. */
export function thinned(rows: readonly DataRow[], step: number): DataRow[] {
  return rows.filter((_, index) => index % step === 0)
}
