// From the models.dev snapshot to catalogue models: which vendors, which models, and how a fact is read.
import type { PriceDollars, RatesDollars } from '../src/billing/prices/price-dollars.ts'
import { isPrice, priceFromDollars } from '../src/billing/prices/price-dollars.ts'
import type { Capability, CatalogueEntry } from '../src/catalogue/model.ts'
import { supplementedPrice } from '../src/catalogue/price-supplement.ts'
import {
  CONTEXT_LENGTHS,
  LISTED_SPELLINGS,
  RETIRED,
  SPELLINGS,
  SUPPLEMENT,
  type SupplementModel,
} from '../src/catalogue/supplement.ts'

/** US$ per million tokens. */
interface SnapshotRates {
  readonly input?: number
  readonly output?: number
  readonly cache_read?: number
  readonly cached_input?: number
  readonly cache_write?: number
  readonly reasoning?: number
  readonly input_audio?: number
  readonly output_audio?: number
}

interface SnapshotCost extends SnapshotRates {
  /** `size`: tokens of input above which these rates hold. */
  readonly tiers?: readonly (SnapshotRates & { readonly tier: { readonly size: number } })[]
}

interface SnapshotModel {
  readonly name?: string
  readonly release_date?: string
  readonly reasoning?: boolean
  readonly tool_call?: boolean
  readonly status?: string
  readonly limit?: { readonly context?: number; readonly output?: number }
  readonly cost?: SnapshotCost
  /** Other ways to be served, with what the request has to say for it. */
  readonly experimental?: {
    readonly modes?: Readonly<
      Record<
        string,
        { readonly cost?: SnapshotRates; readonly provider?: { readonly body?: Readonly<Record<string, unknown>> } }
      >
    >
  }
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] }
}

export type Snapshot = Readonly<Record<string, { readonly models: Readonly<Record<string, SnapshotModel>> }>>

/** The snapshot's provider -> our vendor. Resellers are left out: their ids and prices are their own. */
const VENDORS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  deepseek: 'deepseek',
  moonshotai: 'moonshot',
  xai: 'xai',
  mistral: 'mistral',
  llama: 'meta',
  alibaba: 'qwen',
  zai: 'zai',
  minimax: 'minimax',
  cohere: 'cohere',
  perplexity: 'perplexity',
}

/** Speech, video and realtime models need endpoints of their own; others are a host's copies of a vendor's model. */
const LEFT_OUT = /tts|asr|realtime|video|livetranslate|deep-research|multi-agent|^cerebras-|^groq-|customtools/

const VENDOR_TITLES: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  google: 'Google',
  deepseek: 'DeepSeek',
  moonshot: 'Moonshot AI',
  xai: 'xAI',
  mistral: 'Mistral AI',
  meta: 'Meta',
  qwen: 'Alibaba',
  zai: 'Z.ai',
  minimax: 'MiniMax',
  cohere: 'Cohere',
  perplexity: 'Perplexity',
}

export function catalogueModels(snapshot: Snapshot): CatalogueEntry[] {
  const everyone = factsOfEveryone(snapshot)
  const drafts = new Map<string, Omit<CatalogueEntry, 'aliases' | 'description'>>()
  for (const [provider, vendor] of Object.entries(VENDORS)) {
    for (const [id, own] of Object.entries(snapshot[provider]?.models ?? {})) {
      if (!LEFT_OUT.test(id)) drafts.set(id, fromSnapshot(id, vendor, own, everyone.get(id.toLowerCase()) ?? []))
    }
  }
  for (const model of SUPPLEMENT) drafts.set(model.id, fromSupplement(model))
  for (const [id, vendorId] of Object.entries(LISTED_SPELLINGS)) {
    const draft = drafts.get(vendorId)
    if (!draft) throw new Error(`The listed spelling ${id} stands for ${vendorId}, which is not in the snapshot.`)
    drafts.set(id, { ...draft, id, vendorId })
  }
  const usable = [...drafts.values()].filter((draft) => draft.capabilities.length > 0 && draft.createdAtSeconds > 0)
  const aliases = aliasesOf(usable.map((draft) => draft.id))
  const order = Object.values(VENDORS)
  return usable
    .map((draft) => withAliases(draft, aliases.get(draft.id) ?? []))
    .sort((a, b) => order.indexOf(a.vendor) - order.indexOf(b.vendor) || (a.id < b.id ? -1 : 1))
}

/** The snapshot leaves facts out where a vendor's entry points to a shared base; its other providers repeat them. */
function factsOfEveryone(snapshot: Snapshot): Map<string, SnapshotModel[]> {
  const facts = new Map<string, SnapshotModel[]>()
  for (const { models } of Object.values(snapshot)) {
    for (const [id, model] of Object.entries(models)) {
      const key = id.slice(id.lastIndexOf('/') + 1).toLowerCase()
      const list = facts.get(key)
      if (list) list.push(model)
      else facts.set(key, [model])
    }
  }
  return facts
}

function fromSnapshot(
  id: string,
  vendor: string,
  own: SnapshotModel,
  others: readonly SnapshotModel[],
): Omit<CatalogueEntry, 'aliases' | 'description'> {
  const fact = <T>(read: (model: SnapshotModel) => T | undefined): T | undefined =>
    read(own) ?? commonest(others.map(read))
  const capabilities = capabilitiesOf(id, {
    input: fact((model) => model.modalities?.input) ?? [],
    output: fact((model) => model.modalities?.output) ?? [],
    tools: fact((model) => model.tool_call) ?? false,
    reasoning: fact((model) => model.reasoning) ?? false,
  })
  const maxOutputTokens = fact((model) => model.limit?.output)
  const textOnly = capabilities.includes('chat')
  const price = checkedPrice(id, supplementedPrice(vendor, id, priceOf(own)))
  return {
    id,
    vendor,
    name: (fact((model) => model.name) ?? id).replace(/ \(latest\)$/, ''),
    contextLength: CONTEXT_LENGTHS[id] ?? fact((model) => model.limit?.context) ?? 0,
    ...(textOnly && maxOutputTokens ? { maxOutputTokens } : {}),
    createdAtSeconds: secondsOf(fact((model) => model.release_date)),
    ...(price ? { price } : {}),
    capabilities,
    retired: own.status === 'deprecated' || RETIRED.has(id),
  }
}

function fromSupplement(model: SupplementModel): Omit<CatalogueEntry, 'aliases' | 'description'> {
  const { id, vendor, name, contextLength, maxOutputTokens, capabilities } = model
  const price = checkedPrice(id, supplementedPrice(vendor, id, model.price))
  return {
    id,
    vendor,
    name,
    contextLength,
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
    createdAtSeconds: secondsOf(model.released),
    ...(price ? { price } : {}),
    capabilities,
    retired: model.retired ?? false,
  }
}

interface Traits {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly tools: boolean
  readonly reasoning: boolean
}

function capabilitiesOf(id: string, { input, output, tools, reasoning }: Traits): Capability[] {
  if (id.includes('embed')) return ['embeddings']
  if (id.startsWith('gpt-image') || id.startsWith('chatgpt-image') || id.startsWith('grok-imagine')) return ['image']
  if (!output.includes('text') || !input.includes('text')) return []
  const capabilities: Capability[] = ['chat']
  if (output.includes('image')) capabilities.push('image')
  if (input.includes('image')) capabilities.push('vision')
  if (tools) capabilities.push('tools')
  if (reasoning) capabilities.push('reasoning')
  return capabilities
}

/** A price of nothing is left out: a preview that is free at its vendor is not free at the next host. */
function priceOf({ cost, experimental }: SnapshotModel): PriceDollars | undefined {
  const rates = ratesOf(cost)
  if (rates === undefined) return undefined
  const tiers = (cost?.tiers ?? []).flatMap((tier) => {
    const ofTier = ratesOf(tier)
    return ofTier === undefined ? [] : [{ above_input_tokens: tier.tier.size, ...ofTier }]
  })
  const serviceTiers = Object.values(experimental?.modes ?? {}).flatMap((mode) => {
    const { service_tier: tier, speed } = mode.provider?.body ?? {}
    const word = tier ?? speed
    const ofMode = ratesOf(mode.cost)
    return typeof word === 'string' && ofMode !== undefined ? [[word, multipleOf(ofMode, rates)]] : []
  })
  return {
    ...rates,
    ...(tiers.length === 0 ? {} : { tiers }),
    ...(serviceTiers.length === 0 ? {} : { service_tiers: Object.fromEntries(serviceTiers) }),
  }
}

/** The dearest class's, should they differ: 6 where five dollars become thirty. */
function multipleOf(mode: RatesDollars, usual: RatesDollars): number {
  const multiples = [Number(mode.input) / Number(usual.input), Number(mode.output) / Number(usual.output)]
  return Math.ceil(Math.max(...multiples) * 1e6 - 1e-3) / 1e6
}

function ratesOf(cost: SnapshotRates | undefined): RatesDollars | undefined {
  if (!cost?.input || cost.output === undefined) return undefined
  // A class at 0 beside a real price is a gap in the snapshot, not a gift.
  const given = {
    cached_input: cost.cache_read || cost.cached_input,
    cache_write_5m: cost.cache_write,
    audio_input: cost.input_audio,
    reasoning: cost.reasoning,
    audio_output: cost.output_audio,
  }
  const said = Object.entries(given).filter(([, amount]) => amount !== undefined && amount > 0)
  return { input: cost.input, ...Object.fromEntries(said), output: cost.output }
}

function checkedPrice(id: string, price: PriceDollars | undefined): PriceDollars | undefined {
  const read = price && priceFromDollars(price)
  if (read === undefined || isPrice(read)) return price
  throw new Error(`Not an exact price of ${id}: ${JSON.stringify(read)}`)
}

/** `2026-01-27`, or `2026-01` for the first of that month -> unix seconds; 0 when there is none. */
function secondsOf(date: string | undefined): number {
  const milliseconds = Date.parse(date ?? '')
  return Number.isFinite(milliseconds) ? milliseconds / 1000 : 0
}

function commonest<T>(values: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<string, { value: T; count: number }>()
  for (const value of values) {
    if (value === undefined) continue
    const seen = counts.get(JSON.stringify(value))
    if (seen) seen.count++
    else counts.set(JSON.stringify(value), { value, count: 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.value
}

/** Undated names go to the newest dated model, dotted versions to the dashed ones; an id of its own always wins. */
function aliasesOf(ids: readonly string[]): Map<string, string[]> {
  const taken = new Set(ids)
  const aliases = new Map<string, string[]>()
  const give = (id: string, alias: string): void => {
    if (taken.has(alias)) return
    taken.add(alias)
    aliases.set(id, [...(aliases.get(id) ?? []), alias])
  }
  for (const [id, spellings] of Object.entries(SPELLINGS)) for (const alias of spellings) give(id, alias)
  const claude = ids
    .filter((id) => id.startsWith('claude-') && !(id in LISTED_SPELLINGS))
    .toSorted()
    .toReversed()
  for (const id of claude) {
    const undated = id.replace(/-\d{8}$/, '')
    for (const name of [undated, `${undated}-latest`]) give(id, name)
    for (const name of [id, undated]) give(id, name.replace(/-(\d)-(\d)(?=-|$)/, '-$1.$2'))
  }
  return aliases
}

function withAliases(
  draft: Omit<CatalogueEntry, 'aliases' | 'description'>,
  aliases: readonly string[],
): CatalogueEntry {
  const { id, vendor, name, ...rest } = draft
  return { id, vendor, name, description: describe(draft), ...rest, aliases }
}

/** One sentence made of the facts; the vendors' own words are theirs. */
function describe({
  vendor,
  name,
  contextLength,
  capabilities,
  retired,
}: Omit<CatalogueEntry, 'aliases' | 'description'>): string {
  const maker = VENDOR_TITLES[vendor] ?? vendor
  const has = (capability: Capability): boolean => capabilities.includes(capability)
  const kind = has('embeddings')
    ? 'embedding model'
    : has('moderation')
      ? 'moderation model'
      : has('completions')
        ? 'completion model'
        : !has('chat')
          ? 'image model'
          : has('reasoning')
            ? 'reasoning model'
            : 'chat model'
  const extras = [
    has('vision') && 'image input',
    has('tools') && 'tool calls',
    has('chat') && has('image') && 'image output',
  ].filter(Boolean)
  const size = contextLength > 0 ? `, ${contextLength.toLocaleString('en-US')} tokens of context` : ''
  const tail = extras.length > 0 ? `, with ${extras.join(' and ')}` : ''
  return `${name}, a${kind.startsWith('e') || kind.startsWith('i') ? 'n' : ''} ${kind} by ${maker}${size}${tail}${retired ? '; retired by its vendor' : ''}.`
}
