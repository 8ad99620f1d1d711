// What one call cost, line by line, recomputed from the price that stands beside it in the database.
import { z } from 'zod'
import { priceLines } from '../../../billing/prices/price-lines.ts'
import { decodePrice } from '../../../billing/prices/price-text.ts'
import type { StoredUsageRecord } from '../../../billing/usage/usage-record.ts'
import { dollars, dollarsField } from '../api/fields.ts'

const priceLineShape = z.strictObject({
  class: z.string().describe('What was counted: input, cached_input, output, reasoning, call, image…'),
  unit: z.enum(['token', 'call', 'image', 'search']),
  quantity: z.int(),
  rate: dollarsField.describe('US$ for a million tokens, or for one call, picture or search, before the multipliers.'),
  service_multiplier: z.number().describe('Of the service tier that the provider charged.'),
  price_multiplier: z.number().describe("Of the caller's group."),
  amount: z
    .string()
    .regex(/^\d+(?:\.\d{1,27})?$/)
    .describe('US$, exact: the sum of all lines is rounded up once, to the nano-dollar.'),
})

export const requestCostShape = z
  .strictObject({
    lines: z.array(priceLineShape),
    exact: z.string().describe('US$: the sum of the lines before it was rounded up.'),
    above_input_tokens: z.int().describe('Where the price tier begins that held; 0 = the price without tiers.'),
    price: z.string().describe('The price that held, as it is kept with the call.'),
  })
  .describe('Null where the model had no price.')
  .meta({ id: 'RequestCost' })

const PPM = 1_000_000

export function requestCostBody({ priceText, usage }: StoredUsageRecord): z.input<typeof requestCostShape> | null {
  const priced = priceText === '' ? null : decodePrice(priceText)
  if (priced === null) return null
  const { lines, exactNanos, aboveInputTokens } = priceLines(priced.price, usage, priced.multiplierPpm)
  return {
    lines: lines.map((line) => ({
      class: line.class,
      unit: line.unit,
      quantity: line.quantity,
      rate: dollars(line.rateNanos),
      service_multiplier: line.servicePpm / PPM,
      price_multiplier: line.multiplierPpm / PPM,
      amount: exactDollars(line.exactNanos),
    })),
    exact: exactDollars(exactNanos),
    above_input_tokens: aboveInputTokens,
    price: priceText,
  }
}

/** `150.75` nano-dollars -> `0.00000015075` */
function exactDollars(nanos: string): string {
  const [whole = '0', fraction = ''] = nanos.split('.')
  return `${dollars(BigInt(whole))}${fraction}`
}
