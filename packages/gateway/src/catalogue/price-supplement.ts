// What the public snapshot leaves out of prices: cache writes that live an hour, hosted searches, pictures and sound, the
// service tiers, a few tiers by length. Each block names its source. `scripts/generate-catalogue.ts` lays it over the
// snapshot's price, field by field; nothing reads it at run time.
import type { PriceDollars } from '../billing/prices/price-dollars.ts'

interface PriceRule {
  /** Ids of one vendor's models. */
  readonly vendor: string
  readonly ids: RegExp
  /** From the snapshot's price, so that a multiple follows it; later rules win over earlier ones. */
  readonly add: (price: PriceDollars) => Partial<PriceDollars>
}

const PRICE_RULES: readonly PriceRule[] = [
  // Anthropic, "Prompt caching": five minutes 1.25 times the input price (the snapshot has those), one hour twice.
  // Searches: US$ 10 per 1,000 (pydantic/genai-prices 0.1.8, MIT, anthropic.yml), for the models that can.
  {
    vendor: 'anthropic',
    ids: /^claude-/,
    add: ({ input, cache_write_5m }) => (cache_write_5m === undefined ? {} : { cache_write_1h: twice(input) }),
  },
  { vendor: 'anthropic', ids: /^claude-(?!3-(?:opus|sonnet|haiku))/, add: () => ({ per_web_search: 0.01 }) },
  // The window of a million tokens of Sonnet 4 and 4.5, all of a call above 200,000 (genai-prices; Anthropic, "Pricing").
  {
    vendor: 'anthropic',
    ids: /^claude-sonnet-4(?:-0|-5)?(?:-\d{8})?$/,
    add: () => ({
      tiers: [
        {
          above_input_tokens: 200_000,
          input: 6,
          cached_input: 0.6,
          cache_write_5m: 7.5,
          cache_write_1h: 12,
          output: 22.5,
        },
      ],
    }),
  },
  // OpenAI: searches US$ 10 per 1,000 (genai-prices 0.1.8, openai.yml); what is found counts as input.
  { vendor: 'openai', ids: /^(?:gpt-4o|gpt-4\.1|gpt-[5-9]|o[1-9])/, add: () => ({ per_web_search: 0.01 }) },
  // Pictures: genai-prices 0.1.8, openai.yml. The snapshot prices none of these by token.
  {
    vendor: 'openai',
    ids: /^gpt-image-1$/,
    add: () => ({ input: 5, cached_input: 1.25, image_input: 10, output: 40 }),
  },
  {
    vendor: 'openai',
    ids: /^gpt-image-1-mini$/,
    add: () => ({ input: 2, cached_input: 0.2, image_input: 2.5, output: 8 }),
  },
  {
    vendor: 'openai',
    ids: /^gpt-image-1\.5$/,
    add: () => ({ input: 5, cached_input: 1.25, image_input: 8, output: 10, image_output: 32 }),
  },
  {
    vendor: 'openai',
    ids: /^gpt-image-2$/,
    add: () => ({ input: 5, cached_input: 1.25, image_input: 8, output: 30 }),
  },
  // OpenAI, "Pricing", tables Flex and Priority: multiples of the standard price.
  { vendor: 'openai', ids: /^(?:o3|o4-mini)$/, add: () => ({ service_tiers: { flex: 0.5, priority: 1.75 } }) },
  { vendor: 'openai', ids: /^o4-mini$/, add: () => ({ service_tiers: { flex: 0.5, priority: 1.818182 } }) },
  { vendor: 'openai', ids: /^gpt-4o(?:-2024-08-06|-2024-11-20)?$/, add: () => ({ service_tiers: { priority: 1.7 } }) },
  { vendor: 'openai', ids: /^gpt-4o-mini$/, add: () => ({ service_tiers: { priority: 1.666667 } }) },
  { vendor: 'openai', ids: /^gpt-4\.1(?:-mini)?$/, add: () => ({ service_tiers: { priority: 1.75 } }) },
  { vendor: 'openai', ids: /^gpt-4\.1-nano$/, add: () => ({ service_tiers: { priority: 2 } }) },
  { vendor: 'openai', ids: /^gpt-5(?:\.[124])?$/, add: () => ({ service_tiers: { flex: 0.5, priority: 2 } }) },
  { vendor: 'openai', ids: /^gpt-5\.4-(?:mini|nano)$/, add: (price) => withTier(price, 'flex', 0.5) },
  { vendor: 'openai', ids: /^gpt-5-mini$/, add: () => ({ service_tiers: { flex: 0.5, priority: 1.8 } }) },
  { vendor: 'openai', ids: /^gpt-5-nano$/, add: () => ({ service_tiers: { flex: 0.5 } }) },
  { vendor: 'openai', ids: /^gpt-5\.5$/, add: () => ({ service_tiers: { flex: 0.5, priority: 2.5 } }) },
  // Anthropic, "Pricing", data residency: served in the United States only, 1.1 times, from Opus and Sonnet 4.6 on.
  {
    vendor: 'anthropic',
    ids: /^claude-(?:(?:opus|sonnet|haiku)-(?:4-[6-9]|[5-9])|fable)/,
    add: (price) => withTier(price, 'us', 1.1),
  },
  // Google, "Gemini Developer API pricing": grounding with Google Search, US$ 35 per 1,000 up to Gemini 2.5, 14 from 3.
  { vendor: 'google', ids: /^gemini-2/, add: () => ({ per_web_search: 0.035 }) },
  { vendor: 'google', ids: /^gemini-3/, add: () => ({ per_web_search: 0.014 }) },
  // genai-prices 0.1.8, google.yml: sound, and pictures made by chat models, which the snapshot prices as all output.
  { vendor: 'google', ids: /^gemini-2\.0-flash$/, add: () => ({ audio_input: 0.7 }) },
  { vendor: 'google', ids: /^gemini-2\.5-flash-image/, add: () => ({ output: 2.5, image_output: 30 }) },
  { vendor: 'google', ids: /^gemini-3-pro-image/, add: () => ({ output: 12, image_output: 120 }) },
  { vendor: 'google', ids: /^gemini-3\.1-flash-image/, add: () => ({ output: 3, image_output: 60 }) },
  {
    vendor: 'google',
    ids: /^gemini-1\.5-pro$/,
    add: () => ({ tiers: [{ above_input_tokens: 128_000, input: 2.5, cached_input: 0.625, output: 10 }] }),
  },
  {
    vendor: 'google',
    ids: /^gemini-1\.5-flash$/,
    add: () => ({ tiers: [{ above_input_tokens: 128_000, input: 0.15, cached_input: 0.0375, output: 0.6 }] }),
  },
]

/** The list price of a model with everything that is known of it. */
export function supplementedPrice(
  vendor: string,
  id: string,
  price: PriceDollars | undefined,
): PriceDollars | undefined {
  let supplemented = price
  for (const rule of PRICE_RULES) {
    if (rule.vendor !== vendor || !rule.ids.test(id)) continue
    const base = supplemented ?? { input: '', output: '' }
    const added = rule.add(base)
    // A price begins with what tokens cost; a fee alone is none.
    if (supplemented !== undefined || (added.input !== undefined && added.output !== undefined))
      supplemented = { ...base, ...added }
  }
  return supplemented
}

/** Beside those that the snapshot knows. */
function withTier(price: PriceDollars, tier: string, multiple: number): Partial<PriceDollars> {
  return { service_tiers: { ...price.service_tiers, [tier]: multiple } }
}

/** Exact for list prices, which have few digits. */
function twice(amount: number | string): number {
  return Number(amount) * 2
}
