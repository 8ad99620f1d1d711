// Models of vendors that speak OpenAI's format, wherever they are served. What the vendor's own API lacks stands in its
// quirks; here is what goes with the model itself. Levels: the catalogue's snapshot and the vendors' thinking guides.

import type { Effort } from '../core/conversation.ts'
import type { ModelTraits } from '../core/model-traits.ts'

type Rule = readonly [name: RegExp, traits: Partial<ModelTraits>]

const NO_EFFORT: Partial<ModelTraits> = { thinking: 'none', efforts: [] }

function efforts(...levels: Effort[]): Partial<ModelTraits> {
  return { thinking: 'effort', efforts: levels, canSkipThinking: levels.includes('none') }
}

/** The first that fits. */
const RULES: readonly Rule[] = [
  // https://api-docs.deepseek.com/guides/thinking_mode: thinking models take no forced tool, and no tool stands in.
  [/^deepseek-(?:reasoner|r1)/, { ...NO_EFFORT, canSkipThinking: false, forcedTools: false }],
  [/^deepseek-(?:v[4-9]|flash|pro)/, { ...efforts('low', 'high', 'max'), forcedTools: false }],
  [/^deepseek/, NO_EFFORT],
  // https://platform.kimi.ai/docs: from k2.5 on sampling is fixed, and any value is an error.
  [/^kimi-k(?:[3-9]|\d\d)/, { ...efforts('low', 'high', 'max'), sampling: 'none' }],
  [/^kimi-k2\.(?:[5-9]|\d\d)/, { ...NO_EFFORT, sampling: 'none' }],
  [/^(?:kimi|moonshot)/, { ...NO_EFFORT, structuredOutput: 'none' }],
  // https://docs.x.ai/docs/guides/reasoning
  [/^grok-3-mini/, { ...efforts('low', 'high'), stop: false }],
  [/^grok-4\.3/, { ...efforts('none', 'low', 'medium', 'high'), stop: false }],
  [/^grok-(?:4\.[5-9]|[5-9])/, { ...efforts('low', 'medium', 'high'), stop: false }],
  [/^grok-4\.20-multi-agent/, { ...efforts('low', 'medium', 'high', 'xhigh'), stop: false }],
  [/^grok-.*non-reasoning/, NO_EFFORT],
  [/^grok-(?:4|code|build)/, { ...NO_EFFORT, canSkipThinking: false, stop: false }],
  [/^grok/, NO_EFFORT],
  // https://docs.mistral.ai/capabilities/reasoning
  [/^mistral-(?:small-(?:latest|26\d\d)|medium-(?:latest|26\d\d))/, efforts('none', 'high')],
  [/^(?:mistral|ministral|magistral|codestral|devstral|pixtral|open-mi)/, NO_EFFORT],
  // https://docs.z.ai/guides/capabilities/thinking
  [/^glm-5\.(?:[3-9]|\d\d)/, efforts('low', 'high', 'max')],
  [/^glm-5\.2/, efforts('high', 'max')],
  [/^glm/, NO_EFFORT],
  [/^(?:qwen|qwq|qvq|llama|minimax|gemma|nemotron|command|phi|sonar)/, NO_EFFORT],
]

export function compatibleTraits(name: string): Partial<ModelTraits> | undefined {
  return RULES.find(([pattern]) => pattern.test(name))?.[1]
}
