// OpenAI's models, at OpenAI, on Azure, or through somebody's proxy. Sources: platform.openai.com model pages and the
// reasoning guide; the catalogue's snapshot for effort levels.

import type { Effort } from '../core/conversation.ts'
import type { ModelTraits } from '../core/model-traits.ts'

export function openaiTraits(name: string): Partial<ModelTraits> | undefined {
  if (name.startsWith('gpt-oss'))
    return { thinking: 'effort', efforts: ['low', 'medium', 'high'], canSkipThinking: false }
  if (/^o[1-9](?:-|$)/.test(name) || name.startsWith('codex-')) return reasoning(oSeriesEfforts(name), oSeries(name))
  const five = /^gpt-([5-9])(?:\.(\d+))?/.exec(name)
  if (five !== null) return gptFive(name, Number(`${five[1]}.${five[2] ?? 0}`))
  if (!/^(?:gpt-|chatgpt-)/.test(name)) return undefined
  // https://platform.openai.com/docs/guides/structured-outputs: from 4o on.
  const schema = /^(?:gpt-4o|gpt-4\.1|gpt-4\.5|chatgpt-4o)/.test(name)
  return {
    thinking: 'none',
    efforts: [],
    structuredOutput: schema ? 'native' : 'tool',
    strictTools: schema,
    maxTokensField: 'max_completion_tokens',
    systemRole: 'system',
    reasoningField: null,
  }
}

function gptFive(name: string, version: number): Partial<ModelTraits> {
  // The chat variants of 5 do not think and take a temperature; later ones think as they like.
  if (name.includes('-chat')) {
    if (version === 5) return { thinking: 'none', efforts: [], ...WORDS }
    return reasoning(['medium'])
  }
  if (name.includes('-pro')) return reasoning(version === 5 ? ['high'] : ['medium', 'high', 'xhigh'])
  if (name.includes('codex')) {
    if (version >= 5.3) return reasoning(['none', 'low', 'medium', 'high', 'xhigh'])
    const most = version === 5.2 || name.includes('codex-max')
    return reasoning(most ? ['low', 'medium', 'high', 'xhigh'] : ['low', 'medium', 'high'])
  }
  if (version >= 5.2) return reasoning(['none', 'low', 'medium', 'high', 'xhigh'])
  return reasoning(version === 5.1 ? ['none', 'low', 'medium', 'high'] : ['minimal', 'low', 'medium', 'high'])
}

const WORDS: Partial<ModelTraits> = {
  maxTokensField: 'max_completion_tokens',
  systemRole: 'developer',
  reasoningField: null,
}

/** Models that think before they answer refuse temperature, top_p and max_tokens; stop, too, from o3 on. */
function reasoning(efforts: readonly Effort[], more: Partial<ModelTraits> = {}): Partial<ModelTraits> {
  return {
    sampling: 'none',
    thinking: 'effort',
    efforts,
    canSkipThinking: efforts.includes('none'),
    stop: false,
    ...WORDS,
    ...more,
  }
}

function oSeriesEfforts(name: string): readonly Effort[] {
  if (/^o1-(?:mini|preview)/.test(name)) return []
  return name.includes('deep-research') ? ['medium'] : ['low', 'medium', 'high']
}

function oSeries(name: string): Partial<ModelTraits> {
  const stop = /^o1(?:-|$)/.test(name) || name.startsWith('o3-mini')
  // The first two had neither tools nor schemas nor instructions.
  if (!/^o1-(?:mini|preview)/.test(name)) return { stop }
  return { stop, thinking: 'none', structuredOutput: 'none', strictTools: false, forcedTools: false }
}
