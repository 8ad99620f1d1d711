// What the public snapshot lacks, or says otherwise than the vendor did: models that were retired before it was taken,
// ids that only gateways use, and spellings that clients still send. Each block names its source. The script
// `scripts/generate-catalogue.ts` folds this into `models.json`; nothing reads it at run time.
import type { PriceDollars } from '../billing/prices/price-dollars.ts'
import type { Capability } from './model.ts'

export interface SupplementModel {
  readonly id: string
  readonly vendor: string
  readonly name: string
  /** ISO date. */
  readonly released: string
  readonly contextLength: number
  readonly maxOutputTokens?: number
  /** US$ per million tokens, as decimal text. */
  readonly price?: PriceDollars
  readonly capabilities: readonly Capability[]
  readonly retired?: boolean
}

export const SUPPLEMENT: readonly SupplementModel[] = [
  // Retired on 24 September 2025. Prices up to 128K tokens of prompt: pydantic/genai-prices (MIT), google.yml; the
  // cached price of Pro is a quarter of its input price, as Flash's is there.
  {
    id: 'gemini-1.5-pro',
    vendor: 'google',
    name: 'Gemini 1.5 Pro',
    released: '2024-05-14',
    contextLength: 1_048_576,
    maxOutputTokens: 8192,
    price: { input: 1.25, cached_input: 0.3125, output: 5 },
    capabilities: ['chat', 'vision', 'tools'],
    retired: true,
  },
  {
    id: 'gemini-1.5-flash',
    vendor: 'google',
    name: 'Gemini 1.5 Flash',
    released: '2024-05-14',
    contextLength: 1_048_576,
    maxOutputTokens: 8192,
    price: { input: 0.075, cached_input: 0.01875, output: 0.3 },
    capabilities: ['chat', 'vision', 'tools'],
    retired: true,
  },
  // Prices and windows: pydantic/genai-prices, moonshotai.yml. The day is that of the public API, not of each size.
  {
    id: 'moonshot-v1-8k',
    vendor: 'moonshot',
    name: 'Moonshot v1 8K',
    released: '2024-02-06',
    contextLength: 8192,
    price: { input: 0.2, output: 2 },
    capabilities: ['chat', 'tools'],
  },
  {
    id: 'moonshot-v1-32k',
    vendor: 'moonshot',
    name: 'Moonshot v1 32K',
    released: '2024-02-06',
    contextLength: 32_768,
    price: { input: 1, output: 3 },
    capabilities: ['chat', 'tools'],
  },
  {
    id: 'moonshot-v1-128k',
    vendor: 'moonshot',
    name: 'Moonshot v1 128K',
    released: '2024-02-06',
    contextLength: 131_072,
    price: { input: 2, output: 5 },
    capabilities: ['chat', 'tools'],
  },
  // Price: pydantic/genai-prices; window and date: the snapshot's other providers; cached = a tenth, as all of Anthropic's.
  {
    id: 'claude-3-5-haiku-20241022',
    vendor: 'anthropic',
    name: 'Claude Haiku 3.5',
    released: '2024-10-22',
    contextLength: 200_000,
    maxOutputTokens: 8192,
    price: { input: 0.8, cached_input: 0.08, cache_write_5m: 1, output: 4 },
    capabilities: ['chat', 'vision', 'tools'],
    retired: true,
  },
  // Prices: the snapshot's Azure entries, which follow OpenAI's own. Moderation costs nothing.
  {
    id: 'gpt-image-1',
    vendor: 'openai',
    name: 'GPT Image 1',
    released: '2025-04-23',
    contextLength: 0,
    price: { input: 5, cached_input: 1.25, output: 40 },
    capabilities: ['image'],
  },
  {
    id: 'gpt-3.5-turbo-instruct',
    vendor: 'openai',
    name: 'GPT-3.5 Turbo Instruct',
    released: '2023-09-18',
    contextLength: 4096,
    maxOutputTokens: 4096,
    price: { input: 1.5, output: 2 },
    capabilities: ['completions'],
  },
  {
    id: 'omni-moderation-latest',
    vendor: 'openai',
    name: 'Omni Moderation',
    released: '2024-09-26',
    contextLength: 32_768,
    price: { input: 0, output: 0 },
    capabilities: ['moderation'],
  },
]

/** Listed under their own id, though the vendor calls them otherwise: the ids of the seeds' own model lists. */
export const LISTED_SPELLINGS: Readonly<Record<string, string>> = {
  'claude-sonnet-4.5': 'claude-sonnet-4-5',
  'claude-haiku-4.5': 'claude-haiku-4-5',
  'claude-3-opus': 'claude-3-opus-20240229',
}

/** Snapshots and short names that a vendor accepts, or accepted, for the id on the left. Source: the vendors' model pages. */
export const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  'gpt-3.5-turbo': ['gpt-3.5-turbo-0125', 'gpt-3.5-turbo-1106'],
  'gpt-4': ['gpt-4-0613'],
  'gpt-4-turbo': ['gpt-4-turbo-2024-04-09', 'gpt-4-turbo-preview'],
  'gpt-4o-mini': ['gpt-4o-mini-2024-07-18'],
  'gpt-4.1': ['gpt-4.1-2025-04-14'],
  'gpt-4.1-mini': ['gpt-4.1-mini-2025-04-14'],
  'gpt-4.1-nano': ['gpt-4.1-nano-2025-04-14'],
  'gpt-5': ['gpt-5-2025-08-07'],
  'gpt-5-mini': ['gpt-5-mini-2025-08-07'],
  'gpt-5-nano': ['gpt-5-nano-2025-08-07'],
  'gpt-5.1': ['gpt-5.1-2025-11-13'],
  'gpt-5.2': ['gpt-5.2-2025-12-11'],
  o1: ['o1-2024-12-17'],
  'o3-mini': ['o3-mini-2025-01-31'],
  o3: ['o3-2025-04-16'],
  'o4-mini': ['o4-mini-2025-04-16'],
  'omni-moderation-latest': ['omni-moderation-2024-09-26'],
  'gemini-1.5-pro': ['gemini-1.5-pro-latest', 'gemini-1.5-pro-002'],
  'gemini-1.5-flash': ['gemini-1.5-flash-latest', 'gemini-1.5-flash-002'],
  'gemini-2.0-flash': ['gemini-2.0-flash-001', 'gemini-2.0-flash-exp'],
  'gemini-2.0-flash-lite': ['gemini-2.0-flash-lite-001'],
}

/** Switched off by their vendor, though the snapshot does not say so. Source: pydantic/genai-prices, moonshotai.yml. */
export const RETIRED: ReadonlySet<string> = new Set([
  'kimi-k2-0711-preview',
  'kimi-k2-0905-preview',
  'kimi-k2-thinking',
  'kimi-k2-thinking-turbo',
  'kimi-k2-turbo-preview',
])

/**
 * Context windows as the gateway's own model table states them, where the snapshot has another figure: the ids
 * outlived the models behind them (`deepseek-chat` is by now a name for a newer one with a larger window).
 */
export const CONTEXT_LENGTHS: Readonly<Record<string, number>> = {
  'deepseek-chat': 65_536,
  'deepseek-reasoner': 65_536,
}
