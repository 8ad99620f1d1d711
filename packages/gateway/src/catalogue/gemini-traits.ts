// Gemini, through its own API or Vertex AI. Sources: ai.google.dev, "Thinking" and "Gemini 3" pages; the catalogue's
// snapshot for the levels of each model.

import type { Effort } from '../core/conversation.ts'
import type { ModelTraits } from '../core/model-traits.ts'

export function geminiTraits(name: string): Partial<ModelTraits> | undefined {
  if (name.startsWith('gemma')) return { thinking: 'none', efforts: [], structuredOutput: 'native', strictTools: false }
  if (!name.startsWith('gemini')) return undefined
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(name)?.[1]
  // `gemini-flash-latest` moves on; so do we.
  const generation = version === undefined ? 3 : Number(version)
  return {
    sampling: 'all',
    maxTemperature: 2,
    thinking: generation >= 3 ? 'level' : generation >= 2.5 ? 'budget' : 'none',
    efforts: generation >= 3 ? levelsOf(name) : [],
    // Only 2.5 Flash and Flash-Lite take a budget of 0; Pro begins at 128, and 3 has no way to switch it off.
    canSkipThinking: generation < 2.5 || (generation < 3 && name.includes('flash')),
    structuredOutput: 'native',
    strictTools: false,
    forcedTools: true,
    maxOutputTokens: generation >= 2.5 ? 65_536 : 8192,
    stop: true,
    manyAnswers: generation < 3,
    prefill: true,
    midSystem: false,
    toolResultMedia: generation >= 3,
  }
}

function levelsOf(name: string): readonly Effort[] {
  if (name.includes('flash')) return ['minimal', 'low', 'medium', 'high']
  // The first preview of 3 Pro knew two levels.
  return /gemini-3-pro/.test(name) ? ['low', 'high'] : ['low', 'medium', 'high']
}
