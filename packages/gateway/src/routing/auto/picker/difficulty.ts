// What the effort that a text speaks of means: how hard the request is for its kind of task, and what that does to the
// quality that models are expected to reach. The figures are judged, not measured.
import { topLogit } from './skill-table.ts'
import { TASK_TYPES } from './task-types.ts'

/** Of the difference between a request's effort and the usual one so much says nothing (slips of the keyboard move it as far); the rest counts so many times. */
const NOISE = { agents: 0.08, questions: 0.14 } as const
const GAIN = 2.5
/** The effort that agents' benchmarks, of which the skills at `agent-step` come, ask for as a rule. */
const USUAL_OF_AGENTS = 0.4
/** The share of `agent-step` from which a request counts as an agent's wholly: what merely offering tools gives it. */
export const TOOLS_OFFERED_SHARE = 0.35
/**
 * How much difficulty counts where nothing speaks of an agent. Of an agent's orders the kind of task tells little, and
 * effort much; of questions it is the other way round, and on examinations effort in words follows nothing that was measured.
 */
const WEIGHT_OF_QUESTIONS = 0.25
/**
 * What difficulty does to expected quality: the easiest request moves it up by so many logits, and models stand closer
 * together (e^-2 of their distance from the best); the hardest moves it down and sets them apart (e^.5). On easy work the
 * cheap ones hardly fall behind. Gentler on the hard side, where all would look alike at nought.
 */
const EASIEST = { logits: 2, spread: -2 } as const
const HARDEST = { logits: -1, spread: 0.5 } as const

const AGENT_STEP = TASK_TYPES.indexOf('agent-step')
const TOPS = Float64Array.from(TASK_TYPES, topLogit)

/** 0..1. */
function agentWeight(shares: Float64Array): number {
  return Math.min(1, (shares[AGENT_STEP] ?? 0) / TOOLS_OFFERED_SHARE)
}

/** How much more effort the words speak of than is usual for this kind of task: the usual one is in the skills already. @returns 0..1, 0.5 = usual */
export function difficultyOf(effort: number, shares: Float64Array, usualEfforts: Float64Array): number {
  const agent = agentWeight(shares)
  const usual = agent * USUAL_OF_AGENTS + (1 - agent) * sumOver(shares, usualEfforts)
  const beyond = effort - usual
  const noise = agent * NOISE.agents + (1 - agent) * NOISE.questions
  const told = Math.sign(beyond) * Math.max(0, Math.abs(beyond) - noise)
  return Math.min(1, Math.max(0, 0.5 + GAIN * told))
}

export interface DifficultyEffect {
  /** Logits that a model's distance from the best is measured from. */
  readonly top: number
  readonly spread: number
  readonly logits: number
}

/** Once for all models of a request. @param difficulty 0..1 */
export function effectOf(difficulty: number, shares: Float64Array): DifficultyEffect {
  const weight = WEIGHT_OF_QUESTIONS + (1 - WEIGHT_OF_QUESTIONS) * agentWeight(shares)
  const far = 2 * weight * Math.abs(difficulty - 0.5)
  const { logits, spread } = difficulty < 0.5 ? EASIEST : HARDEST
  return { top: sumOver(shares, TOPS), spread: Math.exp(spread * far), logits: logits * far }
}

export function atDifficulty(quality: number, { top, spread, logits }: DifficultyEffect): number {
  const safe = Math.min(0.999, Math.max(0.001, quality))
  const distance = Math.log(safe / (1 - safe)) - top
  return 1 / (1 + Math.exp(-(top + distance * spread + logits)))
}

function sumOver(shares: Float64Array, figures: Float64Array): number {
  let sum = 0
  for (let index = 0; index < shares.length; index++) sum += (shares[index] ?? 0) * (figures[index] ?? 0)
  return sum
}
