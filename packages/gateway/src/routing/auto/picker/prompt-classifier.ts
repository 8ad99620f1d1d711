// A request -> what kind of task it is, how hard, how foreign. The words decide; the request's shape (tools, a tool's
// result, a schema, instructions) corrects them by rules that can be read here.
import { difficultyOf, TOOLS_OFFERED_SHARE } from './difficulty.ts'
import type { Prompt } from './pick.ts'
import type { PromptView } from './prompt-view.ts'
import type { PickerTables } from './tables.ts'
import { TASK_TYPES, type TaskType } from './task-types.ts'
import { readPoint, type TextPoint } from './text-point.ts'
import { readHeads } from './word-heads.ts'

/** Share that a request in the middle of a tool loop gives to `agent-step`. */
const TOOL_LOOP_SHARE = 0.8
/** A schema speaks for extraction and classification, against prose. */
const SCHEMA_ODDS: Partial<Record<TaskType, number>> = { extraction: 4, classification: 3, creative: 0.5, chat: 0.5 }
/** Instructions speak with less weight than the question; shorter ones than this say nothing. */
const SYSTEM_WEIGHT = 0.5
const SYSTEM_MIN_CHARACTERS = 60
/** Instructions come again with every request of an application. */
const SYSTEM_MEMORY = 256

const AGENT_STEP = TASK_TYPES.indexOf('agent-step')

export class PromptClassifier {
  readonly #tables: PickerTables
  readonly #systems = new Map<string, Float64Array>()

  constructor(tables: PickerTables) {
    this.#tables = tables
  }

  classify(view: PromptView): Prompt {
    const point = readPoint(this.#tables.projection, view.lastUser, view.inputTokens)
    const { shares, effort } = readHeads(this.#tables.heads, point)
    if (view.system.length >= SYSTEM_MIN_CHARACTERS) blend(shares, this.#systemShares(view.system))
    if (view.hasSchema) reweigh(shares)
    if (view.afterToolResult) lean(shares, AGENT_STEP, TOOL_LOOP_SHARE)
    else if (view.toolCount > 0) lean(shares, AGENT_STEP, TOOLS_OFFERED_SHARE)
    return {
      taskShares: shares,
      difficulty: difficultyOf(effort, shares, this.#tables.usualEfforts),
      novelty: this.#novelty(point),
      vector: point.vector,
    }
  }

  #systemShares(system: string): Float64Array {
    const known = this.#systems.get(system)
    if (known) return known
    const { shares } = readHeads(this.#tables.heads, readPoint(this.#tables.projection, system, 0))
    if (this.#systems.size >= SYSTEM_MEMORY) this.#systems.clear()
    this.#systems.set(system, shares)
    return shares
  }

  #novelty({ vector }: TextPoint): number {
    const { prototypes, familiar, foreign } = this.#tables
    for (let d = 0; d < vector.length; d++) prototypes.add(d, vector[d] ?? 0)
    const near = prototypes.take()
    let closest = -Infinity
    for (let index = 0; index < near.length; index++) closest = Math.max(closest, (near[index] ?? 0) / 127)
    return Math.min(1, Math.max(0, (familiar - closest) / (familiar - foreign)))
  }
}

function normalise(shares: Float64Array): Float64Array {
  let sum = 0
  for (const share of shares) sum += share
  for (let index = 0; index < shares.length; index++) shares[index] = (shares[index] ?? 0) / sum
  return shares
}

/** Two opinions become one: shares times the other's to the power of its weight; a little everywhere, so that neither has a veto. */
function blend(shares: Float64Array, other: Float64Array): void {
  for (let index = 0; index < shares.length; index++) {
    shares[index] = ((shares[index] ?? 0) + 0.005) * ((other[index] ?? 0) + 0.02) ** SYSTEM_WEIGHT
  }
  normalise(shares)
}

function reweigh(shares: Float64Array): void {
  for (const [index, type] of TASK_TYPES.entries()) shares[index] = (shares[index] ?? 0) * (SCHEMA_ODDS[type] ?? 1)
  normalise(shares)
}

function lean(shares: Float64Array, towards: number, share: number): void {
  for (let index = 0; index < shares.length; index++) shares[index] = (shares[index] ?? 0) * (1 - share)
  shares[towards] = (shares[towards] ?? 0) + share
}
