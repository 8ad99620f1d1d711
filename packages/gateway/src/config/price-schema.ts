// The shape of a price in US$, in the file and in the API. What makes it one is in `billing/prices/price-dollars.ts`.
import { z } from 'zod'
import { MAX_TIER_TOKENS } from '../billing/prices/price-dollars.ts'

/** Text where a number would lose digits. */
export const amountSchema = z.union([z.number(), z.string().max(64)])
const optional = (description: string) => amountSchema.optional().describe(description)

const rates = {
  input: amountSchema.describe('US$ per million input tokens.'),
  cached_input: optional('Input read from a cache; the input price when absent.'),
  cache_write_5m: optional('Input written to a cache that lives minutes; the input price when absent.'),
  cache_write_1h: optional('Input written to a cache that lives an hour; that of the minutes when absent.'),
  audio_input: optional('Sound in the input; the input price when absent.'),
  image_input: optional('Pictures in the input; the input price when absent.'),
  output: amountSchema.describe('US$ per million output tokens.'),
  reasoning: optional('Output tokens of thinking; the output price when absent.'),
  audio_output: optional('Sound in the output; the output price when absent.'),
  image_output: optional('Pictures in the output; the output price when absent.'),
} as const

export const priceSchema = z.strictObject({
  ...rates,
  per_call: optional('US$ for each call that is paid for, beside its tokens.'),
  per_image: optional('US$ for each picture made.'),
  per_web_search: optional('US$ for each search that the provider makes for the model.'),
  tiers: z
    .array(
      z.strictObject({
        above_input_tokens: z
          .int()
          .min(1)
          .max(MAX_TIER_TOKENS)
          .describe('Holds for all tokens of calls whose whole input is longer.'),
        ...rates,
      }),
    )
    .max(16)
    .optional()
    .describe('Dearer rates for calls with a long input.'),
  service_tiers: z
    .record(z.string().max(64), amountSchema)
    .optional()
    .describe('Multiples of the token rates, by what the upstream calls its service tier: { flex: 0.5, priority: 2 }.'),
})
