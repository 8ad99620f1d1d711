// Models on Bedrock other than Claude, through Converse. Source: AWS, "Supported models and model features" and
// "Structured outputs" of the Bedrock user guide.

import type { ModelTraits } from '../core/model-traits.ts'

/** Whose answers AWS constrains by a schema. */
const SCHEMA = /^(?:gpt-oss|qwen3|v3|deepseek|kimi|minimax|gemma|nemotron|ministral|magistral|mistral-large-3|voxtral)/
/** `toolChoice` any and tool. */
const FORCES_TOOLS = /^(?:nova|mistral-large|pixtral|ministral|magistral)/

export function bedrockTraits(name: string): Partial<ModelTraits> | undefined {
  if (name === '') return undefined
  const forcedTools = FORCES_TOOLS.test(name)
  return {
    forcedTools,
    structuredOutput: SCHEMA.test(name) ? 'native' : forcedTools ? 'tool' : 'none',
    toolResultMedia: name.startsWith('nova'),
    // Nova's largest answers: 10,000 tokens for the first generation; others are the catalogue's business.
    ...(/^nova-(?:micro|lite|pro|premier)/.test(name) ? { maxOutputTokens: 10_000 } : {}),
  }
}
