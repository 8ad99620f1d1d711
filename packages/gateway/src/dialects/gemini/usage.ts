// Token counts. Gemini's prompt count includes what came from a cache, but not what its own tools read; its candidates
// count excludes thoughts (H55).

import { arrayOf, numberOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { chargedTier, tokenCount, tokenUsage, withExtras } from '../../core/token-usage.ts'
import type { TokenUsage } from '../../core/token-usage.ts'

/** @param usage `usageMetadata`; null when it holds no counts (`{"trafficType":…}` alone) */
export function readUsage(usage: JsonObject): TokenUsage | null {
  const prompt = numberOf(usage['promptTokenCount'])
  const candidates = numberOf(usage['candidatesTokenCount'])
  if (prompt === undefined && candidates === undefined && usage['totalTokenCount'] === undefined) return null
  const thoughts = tokenCount(numberOf(usage['thoughtsTokenCount']))
  const { promptTokensDetails: read, cacheTokensDetails: cached, candidatesTokensDetails: said } = usage
  return tokenUsage({
    input: tokenCount(prompt) + tokenCount(numberOf(usage['toolUsePromptTokenCount'])),
    cacheRead: tokenCount(numberOf(usage['cachedContentTokenCount'])),
    audioInput: Math.max(0, tokensOf(read, 'AUDIO') - tokensOf(cached, 'AUDIO')),
    imageInput: Math.max(0, tokensOf(read, 'IMAGE') - tokensOf(cached, 'IMAGE')),
    output: tokenCount(candidates) + thoughts,
    reasoning: thoughts,
    audioOutput: tokensOf(said, 'AUDIO'),
    imageOutput: tokensOf(said, 'IMAGE'),
    serviceTier: tierOf(usage),
  })
}

/** All that a reply says about its price: its usage, and the searches that it was grounded in. */
export function usageOfReply(reply: Readonly<Record<string, unknown>>): TokenUsage | null {
  const usage = objectOf(reply['usageMetadata'])
  const webSearches = searchesIn(arrayOf(reply['candidates']) ?? [], reply['modelVersion'])
  return withExtras(usage === undefined ? null : readUsage(usage), { webSearches })
}

/**
 * Up to Gemini 2.5 a grounded answer costs one fee however many searches it took; from Gemini 3 on each search does
 * ("Grounding with Google Search", pricing).
 */
export function searchesIn(candidates: readonly JsonValue[], modelVersion: unknown): number {
  let searches = 0
  for (const candidate of candidates) {
    const grounding = objectOf(objectOf(candidate)?.['groundingMetadata'])
    searches += arrayOf(grounding?.['webSearchQueries'])?.length ?? 0
  }
  return FEE_AN_ANSWER.test(stringOf(modelVersion) ?? '') ? Math.min(1, searches) : searches
}

const FEE_AN_ANSWER = /(?:^|\/)gemini-[12][.-]/

/** `ModalityTokenCount`s of one modality. */
function tokensOf(counts: JsonValue | undefined, modality: string): number {
  let sum = 0
  for (const entry of arrayOf(counts) ?? []) {
    const count = objectOf(entry)
    if (count?.['modality'] === modality) sum += tokenCount(numberOf(count['tokenCount']))
  }
  return sum
}

/** The Gemini API names the tier, Vertex AI the kind of traffic (`ON_DEMAND_FLEX`, `PROVISIONED_THROUGHPUT`). */
function tierOf(usage: JsonObject): string {
  const named = chargedTier(usage['serviceTier'])
  if (named !== '') return named
  const traffic = stringOf(usage['trafficType'])?.toLowerCase() ?? ''
  if (traffic.startsWith('provisioned')) return 'provisioned'
  return chargedTier(traffic.replace(/^on_demand_/, '').replace(/^traffic_type_/, ''))
}

/** Only members that Google defines: its Python SDK refuses a reply with others, so there is no `cost` here. */
export function writeUsage(usage: TokenUsage, serviceTier?: string): JsonObject {
  const tier = tierToGoogle(serviceTier ?? usage.serviceTier)
  const counts: { [name: string]: JsonValue } = {
    promptTokenCount: usage.input,
    candidatesTokenCount: usage.output - usage.reasoning,
    totalTokenCount: usage.input + usage.output,
  }
  if (usage.cacheRead > 0) counts['cachedContentTokenCount'] = usage.cacheRead
  if (usage.reasoning > 0) counts['thoughtsTokenCount'] = usage.reasoning
  const { audioInput, imageInput, audioOutput, imageOutput } = usage
  if (audioInput + imageInput > 0)
    counts['promptTokensDetails'] = modalities(usage.input - audioInput - imageInput, audioInput, imageInput)
  if (audioOutput + imageOutput > 0) {
    const text = usage.output - usage.reasoning - audioOutput - imageOutput
    counts['candidatesTokensDetails'] = modalities(text, audioOutput, imageOutput)
  }
  if (tier !== undefined) counts['serviceTier'] = tier
  return counts
}

function modalities(text: number, audio: number, image: number): JsonObject[] {
  const counts = [
    { modality: 'TEXT', tokenCount: text },
    { modality: 'AUDIO', tokenCount: audio },
    { modality: 'IMAGE', tokenCount: image },
  ]
  return counts.filter(({ tokenCount: count }) => count > 0)
}

const TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['standard', 'standard'],
  ['standard_only', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

/** Google's word for a service tier; undefined when it has none. */
export function tierToGoogle(tier: string): string | undefined {
  return TIERS.get(tier)
}

export function tierFromGoogle(value: JsonValue | undefined): string | undefined {
  const tier = stringOf(value)?.toLowerCase()
  if (tier === undefined || tier === '' || tier === 'unspecified') return undefined
  return tier === 'standard' ? 'default' : tier
}
