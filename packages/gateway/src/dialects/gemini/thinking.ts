// How much to think: a number of tokens up to Gemini 2.5, a level from Gemini 3 on. Sending both is an error.

import type { Effort, ReasoningRequest } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { budgetForEffort, effortForBudget, nearestEffort } from '../../core/reasoning-effort.ts'

/** The levels that exist. */
const LEVELS: ReadonlySet<Effort> = new Set(['minimal', 'low', 'medium', 'high'])

/** Null = the model's own way. */
export function encodeThinking(asked: ReasoningRequest, target: TargetModel, notes: Notes): JsonObject | null {
  const visible = asked.visible === undefined ? {} : { includeThoughts: asked.visible }
  const amount = amountOf(asked, target, notes)
  const config = { ...visible, ...amount }
  if (target.traits.thinking === 'none' || Object.keys(config).length === 0) return null
  return config
}

function amountOf(asked: ReasoningRequest, target: TargetModel, notes: Notes): JsonObject {
  const { effort, budgetTokens } = asked
  if (effort === undefined && budgetTokens === undefined) return {}
  switch (target.traits.thinking) {
    case 'none':
      if (effort !== undefined && effort !== 'none') notes.drop('effort')
      if (budgetTokens !== undefined && budgetTokens !== 0) notes.drop('budgetTokens')
      return {}
    case 'budget':
      return { thinkingBudget: budgetOf(asked, target, notes) }
    case 'level':
    case 'effort':
    case 'adaptive':
      return levelOf(asked, target, notes)
    default:
      return target.traits.thinking satisfies never
  }
}

function levelOf({ effort, budgetTokens = -1 }: ReasoningRequest, target: TargetModel, notes: Notes): JsonObject {
  // -1: as much as the model likes, which is what it does when nothing is said.
  if (effort === undefined && budgetTokens < 0) return {}
  const wanted = effort ?? effortForBudget(budgetTokens)
  const accepted = target.traits.efforts.filter((level) => LEVELS.has(level))
  const level = nearestEffort(wanted, accepted)
  if (level === null) {
    notes.drop(effort === undefined ? 'budgetTokens' : 'effort')
    return {}
  }
  if (effort !== undefined && level !== effort) notes.change('effort', level)
  return { thinkingLevel: level.toUpperCase() }
}

// Source: table of `thinkingBudget` ranges in Google's "Thinking" guide, for Gemini 2.5.
function budgetRange(id: string): { readonly min: number; readonly max: number } {
  if (id.includes('flash-lite')) return { min: 512, max: 24_576 }
  return id.includes('pro') ? { min: 128, max: 32_768 } : { min: 1, max: 24_576 }
}

function budgetOf({ effort, budgetTokens }: ReasoningRequest, target: TargetModel, notes: Notes): number {
  const wanted = budgetTokens ?? budgetForEffort(effort ?? 'medium')
  if (wanted < 0) return -1
  const { min, max } = budgetRange(target.id)
  const budget = wanted === 0 && target.traits.canSkipThinking ? 0 : Math.max(min, Math.min(wanted, max))
  if (budget !== wanted && budgetTokens !== undefined) notes.change('budgetTokens', budget)
  else if (budget !== wanted && wanted === 0) notes.change('effort', 'low')
  return budget
}
