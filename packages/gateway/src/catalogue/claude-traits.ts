// Claude, wherever it is served. Sources: Anthropic's pages on extended and adaptive thinking, effort, structured
// outputs and "what's new" of each generation, as of 2026; recorded 400s for levels that a model lacks.

import type { Effort } from '../core/conversation.ts'
import type { ModelTraits } from '../core/model-traits.ts'

/** `claude-sonnet-4-5-20250929`, `claude-3-5-sonnet-20241022`, `claude-opus-4.6`, `claude-fable-5`; a date is no version. */
const NEW_STYLE = /claude-[a-z]+-(\d{1,2})(?:[.-](\d{1,2}))?(?!\d)/
const OLD_STYLE = /claude-(\d)(?:[.-](\d))?(?!\d)/

/** 4.5 for `claude-haiku-4-5`; undefined for other models; a Claude without a number is taken for the newest. */
export function claudeGeneration(name: string): number | undefined {
  if (!name.includes('claude')) return undefined
  const match = NEW_STYLE.exec(name) ?? OLD_STYLE.exec(name)
  if (match === null) return name.includes('instant') ? 1 : 5
  return Number(`${match[1]}.${match[2] ?? 0}`)
}

export function claudeTraits(name: string): Partial<ModelTraits> | undefined {
  const generation = claudeGeneration(name)
  if (generation === undefined) return undefined
  const schema = generation >= 4.1
  return {
    // From 4.1 on one of temperature and top_p; from 4.7 on neither.
    sampling: generation >= 4.7 ? 'none' : generation >= 4.1 ? 'one' : 'all',
    maxTemperature: 1,
    thinking: generation >= 4.6 ? 'adaptive' : generation >= 3.7 ? 'budget' : 'none',
    efforts: effortsOf(name, generation),
    canSkipThinking: true,
    structuredOutput: schema ? 'native' : generation >= 3 ? 'tool' : 'none',
    strictTools: schema,
    forcedTools: generation >= 3,
    maxOutputTokens: largestAnswer(name, generation),
    stop: true,
    manyAnswers: false,
    mediaUrls: generation >= 3,
    prefill: generation < 4.6,
    midSystem: false,
    toolResultMedia: generation >= 3,
  }
}

function effortsOf(name: string, generation: number): readonly Effort[] {
  if (generation >= 4.7) return ['low', 'medium', 'high', 'xhigh', 'max']
  if (generation >= 4.6) return ['low', 'medium', 'high', 'max']
  return generation === 4.5 && name.includes('opus') ? ['low', 'medium', 'high'] : []
}

/** Where the catalogue does not say. */
function largestAnswer(name: string, generation: number): number {
  if (generation < 3.5) return 4096
  if (generation < 3.7) return 8192
  if (generation >= 4 && generation < 4.5 && name.includes('opus')) return 32_000
  return generation >= 4.7 ? 128_000 : 64_000
}
