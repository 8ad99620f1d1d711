// Converse is one shape for models of many makers, and each of them has its own words for what Converse has no field
// for, and its own gaps. What a family takes was read from AWS's pages on each model and from recorded exchanges.

export type ModelFamily = 'claude' | 'nova' | 'openai' | 'mistral' | 'other'

/** @param modelId a model id, an inference profile or an ARN */
export function familyOf(modelId: string): ModelFamily {
  if (/anthropic|claude/i.test(modelId)) return 'claude'
  if (/nova/i.test(modelId)) return 'nova'
  if (/openai|gpt-oss/i.test(modelId)) return 'openai'
  return /mistral|pixtral/i.test(modelId) ? 'mistral' : 'other'
}

/** Nova reasons since its second generation. */
export function isReasoningNova(modelId: string): boolean {
  return /nova-(?:[2-9]|premier-[2-9])/i.test(modelId)
}

/** Claude keeps a cache for an hour since 4.5. */
export function hasHourCache(modelId: string): boolean {
  return familyOf(modelId) === 'claude' && !/claude-(?:v2|instant|3|(?:opus|sonnet)-4-(?:1-)?20)/i.test(modelId)
}

/** Claude and Nova keep a cache where they are told to; the others refuse the mark. */
export function hasCachePoints(family: ModelFamily): boolean {
  return family === 'claude' || family === 'nova'
}

/**
 * Whether text may stand beside tool calls and tool results. The others answer "Conversation blocks and tool result
 * blocks cannot be provided in the same turn."
 */
export function mixesToolBlocks(family: ModelFamily): boolean {
  return family === 'claude' || family === 'nova'
}
