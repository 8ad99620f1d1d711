import type { ModelEntry } from '../lib/fake-providers.ts'

/** One model of each provider family: what every SDK is run against. */
export const FAMILIES: readonly ModelEntry[] = [
  { id: 'gpt-5-mini', targets: [{ provider: 'openai' }] },
  { id: 'azure/gpt-4o', targets: [{ provider: 'azure', model: 'a-deployment' }] },
  { id: 'deepseek-chat', targets: [{ provider: 'deepseek' }] },
  { id: 'claude-sonnet-4-6', targets: [{ provider: 'anthropic' }] },
  { id: 'gemini-2.5-flash', targets: [{ provider: 'gemini' }] },
  { id: 'vertex/gemini-2.5-flash', targets: [{ provider: 'vertex', model: 'gemini-2.5-flash' }] },
  { id: 'vertex/claude-sonnet-4-5', targets: [{ provider: 'vertex', model: 'claude-sonnet-4-5@20250929' }] },
  {
    id: 'bedrock/claude-sonnet-4-5',
    targets: [{ provider: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' }],
  },
]
