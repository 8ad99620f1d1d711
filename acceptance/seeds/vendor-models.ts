// Each model of the pages at its own vendor, and what the vendor must see of a request for it.
import type { ModelEntry, ProviderName } from '../lib/fake-providers.ts'

export interface VendorModel extends ModelEntry {
  /** In `X-Fairlead-Provider`. */
  readonly provider: string
  /** The format that is spoken there, in the fake's words. */
  readonly dialect: string
  /** The model's name there. */
  readonly upstreamModel: string
  /** Largest temperature that is no error there; null = none may be sent. */
  readonly maxTemperature: number | null
}

export const VENDOR_MODELS: readonly VendorModel[] = [
  at('openai', 'gpt-4o', { dialect: 'openai-chat', maxTemperature: 2 }),
  at('openai', 'gpt-4o-mini', { dialect: 'openai-chat', maxTemperature: 2 }),
  at('anthropic', 'claude-3-5-sonnet-20241022', { dialect: 'anthropic-messages', maxTemperature: 1 }),
  at('anthropic', 'claude-3-5-haiku-20241022', { dialect: 'anthropic-messages', maxTemperature: 1 }),
  at('gemini', 'gemini-1.5-pro', { dialect: 'gemini', maxTemperature: 2 }),
  at('gemini', 'gemini-1.5-flash', { dialect: 'gemini', maxTemperature: 2 }),
  at('gemini', 'gemini-2.0-flash', { dialect: 'gemini', maxTemperature: 2 }),
  at('deepseek', 'deepseek-chat', { dialect: 'openai-chat', maxTemperature: 2 }),
  at('deepseek', 'deepseek-reasoner', { dialect: 'openai-chat', maxTemperature: 2 }),
  at('moonshot', 'moonshot-v1-128k', { dialect: 'openai-chat', maxTemperature: 1 }),
  // Its sampling is fixed.
  at('moonshot', 'kimi-k2.5', { dialect: 'openai-chat', maxTemperature: null }),
  // Seed 002 asks for this one.
  at('anthropic', 'claude-sonnet-4-20250514', { dialect: 'anthropic-messages', maxTemperature: 1 }),
  // The same models at the clouds.
  at('azure', 'azure/gpt-4o', {
    provider: 'azure-openai',
    dialect: 'azure-openai',
    model: 'a-deployment',
    maxTemperature: 2,
  }),
  at('vertex', 'vertex/gemini-2.0-flash', { dialect: 'gemini', model: 'gemini-2.0-flash', maxTemperature: 2 }),
  at('vertex', 'vertex/claude-3-5-sonnet', {
    dialect: 'vertex-anthropic',
    model: 'claude-3-5-sonnet-20241022',
    upstreamModel: 'claude-3-5-sonnet@20241022',
    maxTemperature: 1,
  }),
  at('bedrock', 'bedrock/claude-3-5-sonnet', {
    dialect: 'bedrock-converse',
    model: 'anthropic.claude-3-5-sonnet-20241022-v2:0',
    maxTemperature: 1,
  }),
]

function at(
  provider: ProviderName,
  id: string,
  facts: Pick<VendorModel, 'dialect' | 'maxTemperature'> & {
    readonly model?: string
    readonly provider?: string
    readonly upstreamModel?: string
  },
): VendorModel {
  const { model = id, upstreamModel = model } = facts
  return {
    id,
    targets: [{ provider, model }],
    provider: facts.provider ?? provider,
    dialect: facts.dialect,
    upstreamModel,
    maxTemperature: facts.maxTemperature,
  }
}
