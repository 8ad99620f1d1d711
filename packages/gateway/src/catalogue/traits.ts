// What a model of an upstream can take, told from its name. The name is all that there is: deployments, proxies and
// clouds call the same model differently, and new ones arrive daily. So families and generations have rules, newer
// generations take the rules of the newest known one, and what is not recognised is trusted with everything.
//
//   provider type (what its API lacks)  <-  vendor's quirks  <-  family and generation  <-  catalogue (largest answer)
//
// Sources: the vendors' model pages, the catalogue's snapshot for effort levels, and each rule's own comment.

import { LRUCache } from 'lru-cache'
import type { ProviderType } from '../config/config.ts'
import type { Quirks } from '../config/quirks.ts'
import { UNKNOWN_MODEL, type ModelTraits } from '../core/model-traits.ts'
import { catalogue } from './catalogue.ts'
import { bareName } from './bare-name.ts'
import { bedrockTraits } from './bedrock-traits.ts'
import { claudeGeneration, claudeTraits } from './claude-traits.ts'
import { compatibleTraits } from './compatible-traits.ts'
import { geminiTraits } from './gemini-traits.ts'
import { openaiTraits } from './openai-traits.ts'

const memos = new WeakMap<Quirks, LRUCache<string, ModelTraits>>()
const MEMO_SIZE = 1_000

/**
 * Frozen, and the same object each time.
 * @param upstreamModel the upstream's own name
 * @param publicId asked where that name says nothing (an Azure deployment is called as its owner likes)
 */
export function traitsOf(type: ProviderType, quirks: Quirks, upstreamModel: string, publicId = ''): ModelTraits {
  let memo = memos.get(quirks)
  if (memo === undefined) memos.set(quirks, (memo = new LRUCache({ max: MEMO_SIZE })))
  const key = `${type}\n${upstreamModel}\n${publicId}`
  let traits = memo.get(key)
  if (traits === undefined) memo.set(key, (traits = Object.freeze(build(type, quirks, upstreamModel, publicId))))
  return traits
}

function build(type: ProviderType, quirks: Quirks, upstreamModel: string, publicId: string): ModelTraits {
  const base = typeTraits(type, quirks)
  for (const id of [upstreamModel, publicId]) {
    const name = bareName(id)
    const known = familyTraits(type, name)
    if (known === undefined) continue
    const maxOutputTokens = outputLimit(id, name) || (known.maxOutputTokens ?? 0)
    const isClaude = claudeGeneration(name) !== undefined
    return limited(type, quirks, { ...base, ...known, maxOutputTokens }, isClaude)
  }
  return { ...base, maxOutputTokens: outputLimit(upstreamModel, bareName(upstreamModel)) }
}

function familyTraits(type: ProviderType, name: string): Partial<ModelTraits> | undefined {
  const claude = claudeTraits(name)
  if (claude !== undefined) return claude
  if (type === 'bedrock') return bedrockTraits(name)
  return geminiTraits(name) ?? openaiTraits(name) ?? compatibleTraits(name)
}

/** What holds for a whole API, whoever's model is behind it. */
function typeTraits(type: ProviderType, quirks: Quirks): ModelTraits {
  switch (type) {
    case 'openai':
    case 'azure-openai':
      return { ...UNKNOWN_MODEL, ...fromQuirks(quirks) }
    case 'openai-compatible':
    case 'simulator':
      return { ...UNKNOWN_MODEL, ...fromQuirks(quirks) }
    case 'anthropic':
      return { ...UNKNOWN_MODEL, ...ANTHROPIC_API }
    case 'gemini':
      return { ...UNKNOWN_MODEL, ...GEMINI_API }
    case 'vertex':
      return { ...UNKNOWN_MODEL, ...GEMINI_API, mediaUrls: true }
    case 'bedrock':
      return { ...UNKNOWN_MODEL, ...BEDROCK_API }
  }
}

function fromQuirks(quirks: Quirks): Partial<ModelTraits> {
  return {
    maxTokensField: quirks.maxTokensField,
    systemRole: quirks.systemRole,
    reasoningField: quirks.reasoningField,
    forcedTools: quirks.forcedTools,
    structuredOutput: quirks.structuredOutput,
    strictTools: quirks.strictTools,
    manyAnswers: quirks.manyAnswers,
    mediaUrls: quirks.mediaUrls,
    maxTemperature: quirks.maxTemperature,
  }
}

const ANTHROPIC_API: Partial<ModelTraits> = {
  maxTemperature: 1,
  manyAnswers: false,
  midSystem: false,
  toolResultMedia: true,
}

const GEMINI_API: Partial<ModelTraits> = {
  strictTools: false,
  // The Gemini API takes what was uploaded to it, and bytes.
  mediaUrls: false,
  midSystem: false,
}

const BEDROCK_API: Partial<ModelTraits> = {
  maxTemperature: 1,
  thinking: 'none',
  efforts: [],
  structuredOutput: 'none',
  strictTools: false,
  forcedTools: false,
  manyAnswers: false,
  mediaUrls: false,
  prefill: false,
  midSystem: false,
}

/** A family's rules say what the model can do at its vendor; an API in between can do less, never more. */
function limited(type: ProviderType, quirks: Quirks, traits: ModelTraits, isClaude: boolean): ModelTraits {
  if (type === 'bedrock') return { ...traits, mediaUrls: false, manyAnswers: false }
  // "URL sources are not supported" (anthropics/anthropic-sdk-typescript#1038). Structured outputs are, since 2026
  // (cloud.google.com/vertex-ai: "partner-models/claude/structured-outputs").
  if (type === 'vertex' && isClaude) return { ...traits, mediaUrls: false }
  if (type !== 'openai-compatible' && type !== 'simulator') return traits
  return {
    ...traits,
    forcedTools: traits.forcedTools && quirks.forcedTools,
    structuredOutput: weaker(traits.structuredOutput, quirks.structuredOutput, traits.forcedTools),
    strictTools: traits.strictTools && quirks.strictTools,
    manyAnswers: traits.manyAnswers && quirks.manyAnswers,
    mediaUrls: traits.mediaUrls && quirks.mediaUrls,
    maxTemperature: Math.min(traits.maxTemperature, quirks.maxTemperature),
    // How it is written is the server's business, not the model's: in OpenAI's format, thinking is asked for by a level.
    ...(traits.thinking === 'none' || traits.thinking === 'effort'
      ? {}
      : { thinking: 'effort', efforts: ['low', 'medium', 'high'] }),
    maxTokensField: quirks.maxTokensField,
    systemRole: quirks.systemRole,
    reasoningField: quirks.reasoningField,
    toolResultMedia: false,
    midSystem: true,
  }
}

function weaker(
  model: ModelTraits['structuredOutput'],
  server: ModelTraits['structuredOutput'],
  forcedTools: boolean,
): ModelTraits['structuredOutput'] {
  if (model === 'none' || server === 'none') return 'none'
  if (model === 'tool' || server === 'tool') return forcedTools ? 'tool' : 'none'
  return 'native'
}

function outputLimit(id: string, name: string): number {
  return (catalogue.find(id) ?? catalogue.find(name))?.maxOutputTokens ?? 0
}
