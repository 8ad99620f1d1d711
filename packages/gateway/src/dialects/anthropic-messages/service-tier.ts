// Service tiers in Anthropic's words and in the conversation's, which are OpenAI's: auto, default, flex, priority.

/** `service_tier` of a request. */
export function tierOfRequest(value: string | undefined): string | undefined {
  return value === 'standard_only' ? 'default' : value
}

/** Undefined = there is none like it. */
export function requestTier(tier: string): string | undefined {
  if (tier === 'default' || tier === 'standard_only') return 'standard_only'
  return tier === 'auto' || tier === 'priority' ? 'auto' : undefined
}

/** `usage.service_tier` of an answer: standard, priority, batch. */
export function tierOfAnswer(value: unknown): { readonly serviceTier?: string } {
  if (typeof value !== 'string') return {}
  return { serviceTier: value === 'standard' ? 'default' : value }
}

export function answerTier(tier: string | undefined): string | null {
  if (tier === undefined) return null
  return tier === 'priority' || tier === 'batch' ? tier : 'standard'
}
