// How a model on Bedrock is asked to think. Each family has its own words, in `additionalModelRequestFields`.
// Sources: "Extended thinking" and "Adaptive thinking" (Amazon Bedrock user guide, Claude), "Extended thinking" (Amazon
// Nova 2 user guide), recorded exchanges (gpt-oss).

import type { Effort, ReasoningRequest } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { budgetForEffort, effortForBudget, MIN_BUDGET_TOKENS, nearestEffort } from '../../core/reasoning-effort.ts'
import { familyOf, isReasoningNova } from './model-family.ts'

export interface Thinking {
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject
  /** For `outputConfig.effort`; '' = none. */
  readonly effort: string
  /** Tokens that thinking may take out of the answer's limit; 0 = not bounded by us. */
  readonly budgetTokens: number
  /** Sampling must be left alone while the model thinks. */
  readonly fixedSampling: boolean
}

export interface ThinkingLimits {
  /** 0 = nobody said. */
  readonly maxTokens: number
  /** The model must call a tool, or its answer was begun for it: Claude refuses to think then. */
  readonly barred: boolean
  /** The thought that this turn of a tool loop began with is not there any more; a budget is refused then (H49). */
  readonly thoughtLost: boolean
}

const SILENT: Thinking = Object.freeze({ fields: {}, effort: '', budgetTokens: 0, fixedSampling: false })
const DEFAULT_BUDGET_TOKENS = 8_192
const THREE_LEVELS: readonly Effort[] = ['low', 'medium', 'high']

export function encodeThinking(
  reasoning: ReasoningRequest,
  target: TargetModel,
  limits: ThinkingLimits,
  notes: Notes,
): Thinking {
  const { effort, budgetTokens, adaptive } = reasoning
  if (effort === undefined && budgetTokens === undefined && adaptive !== true) return SILENT
  const off =
    budgetTokens === 0 || (budgetTokens === undefined && adaptive !== true && budgetForEffort(effort ?? 'medium') === 0)
  const family = familyOf(target.id)
  if (target.traits.thinking === 'none') return off ? SILENT : left(reasoning, notes)
  if (family === 'nova') return novaThinking(reasoning, target, off, notes)
  if (family === 'openai') return openaiThinking(reasoning, target, notes)
  if (family !== 'claude') return off ? SILENT : left(reasoning, notes)
  if (off) return noThinking(target, notes)
  if (target.traits.thinking === 'budget') {
    return limits.barred || limits.thoughtLost ? left(reasoning, notes) : budgetThinking(reasoning, limits, notes)
  }
  return adaptiveThinking(reasoning, target, limits, notes)
}

/** Thinking cannot be had; the client hears of it. */
function left({ effort, budgetTokens }: ReasoningRequest, notes: Notes): Thinking {
  if (effort !== undefined) notes.drop('effort')
  if (budgetTokens !== undefined) notes.drop('budgetTokens')
  if (effort === undefined && budgetTokens === undefined) notes.drop('reasoning')
  return SILENT
}

// --- Claude ---

function noThinking({ traits }: TargetModel, notes: Notes): Thinking {
  // Up to 4.5 it does not think unless it is told to.
  if (traits.thinking === 'budget') return SILENT
  if (traits.canSkipThinking) return { ...SILENT, fields: { thinking: { type: 'disabled' } } }
  const lowest = nearestEffort('low', traits.efforts)
  if (lowest === null) return SILENT
  notes.change('effort', lowest)
  return { ...SILENT, effort: lowest }
}

function budgetThinking(reasoning: ReasoningRequest, { maxTokens }: ThinkingLimits, notes: Notes): Thinking {
  const asked = reasoning.budgetTokens
  const exact = asked !== undefined && asked > 0
  const wanted = exact
    ? asked
    : reasoning.effort === undefined
      ? DEFAULT_BUDGET_TOKENS
      : budgetForEffort(reasoning.effort)
  // A level leaves room for the answer; a figure is the client's own business.
  const most = maxTokens === 0 ? wanted : exact ? maxTokens - 1 : Math.floor(maxTokens * 0.8)
  if (maxTokens > 0 && maxTokens <= MIN_BUDGET_TOKENS) return left(reasoning, notes)
  const budget = Math.max(MIN_BUDGET_TOKENS, Math.min(wanted, most))
  if (exact && budget !== asked) notes.change('budgetTokens', budget)
  return {
    fields: { thinking: { type: 'enabled', budget_tokens: budget } },
    effort: '',
    budgetTokens: budget,
    fixedSampling: true,
  }
}

function adaptiveThinking(
  { effort, budgetTokens, visible }: ReasoningRequest,
  { traits }: TargetModel,
  { barred }: ThinkingLimits,
  notes: Notes,
): Thinking {
  const thinks = traits.thinking === 'adaptive' && !barred
  if (traits.thinking === 'adaptive' && barred) notes.drop('reasoning')
  const level = effort ?? (budgetTokens !== undefined && budgetTokens > 0 ? effortForBudget(budgetTokens) : undefined)
  const sent = level === undefined ? null : nearestEffort(level, levels(traits.efforts, thinks))
  if (effort !== undefined && sent === null) notes.drop('effort')
  else if (effort !== undefined && sent !== null && sent !== effort) notes.change('effort', sent)
  if (budgetTokens !== undefined && sent === null) notes.drop('budgetTokens')
  else if (budgetTokens !== undefined && sent !== null) notes.change('budgetTokens', sent)
  const display = visible === undefined ? {} : { display: visible ? 'summarized' : 'omitted' }
  return {
    fields: thinks ? { thinking: { type: 'adaptive', ...display } } : {},
    effort: sent ?? '',
    budgetTokens: 0,
    fixedSampling: thinks,
  }
}

/** Off is said in another way; above `high` only somebody who thinks may go. */
function levels(efforts: readonly Effort[], thinks: boolean): readonly Effort[] {
  return efforts.filter(
    (effort) => (thinks && (effort === 'xhigh' || effort === 'max')) || THREE_LEVELS.includes(effort),
  )
}

// --- others ---

function openaiThinking(reasoning: ReasoningRequest, { traits }: TargetModel, notes: Notes): Thinking {
  const level = levelOf(reasoning, traits.efforts, notes)
  return level === null ? SILENT : { ...SILENT, fields: { reasoning_effort: level } }
}

function novaThinking(reasoning: ReasoningRequest, target: TargetModel, off: boolean, notes: Notes): Thinking {
  if (!isReasoningNova(target.id)) return off ? SILENT : left(reasoning, notes)
  if (off) return { ...SILENT, fields: { reasoningConfig: { type: 'disabled' } } }
  const level = levelOf(reasoning, target.traits.efforts, notes) ?? 'low'
  return {
    ...SILENT,
    fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } },
    fixedSampling: level === 'high',
  }
}

function levelOf({ effort, budgetTokens }: ReasoningRequest, accepted: readonly Effort[], notes: Notes): Effort | null {
  const known = THREE_LEVELS.filter((level) => accepted.length === 0 || accepted.includes(level))
  const wanted = effort ?? (budgetTokens === undefined ? 'medium' : effortForBudget(budgetTokens))
  const level = nearestEffort(wanted, known)
  if (effort !== undefined && level !== null && level !== effort) notes.change('effort', level)
  if (budgetTokens !== undefined) notes.drop('budgetTokens')
  return level
}
