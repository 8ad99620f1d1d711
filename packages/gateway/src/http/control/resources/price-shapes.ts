// Prices on the wire: US$ as text, so that no reader rounds them.
import { z } from 'zod'
import {
  dollarsFromPrice,
  FEE_FIELDS,
  isPrice,
  priceFromDollars,
  RATE_FIELDS,
  type PriceDollars,
} from '../../../billing/prices/price-dollars.ts'
import type { Price } from '../../../billing/prices/price.ts'
import { priceSchema } from '../../../config/price-schema.ts'
import { GatewayError } from '../../../core/errors.ts'

const amount = z.string().regex(/^\d+(?:\.\d+)?$/)
const shownRates = Object.fromEntries(RATE_FIELDS.map((field) => [field, amount.optional()]))
const shownFees = Object.fromEntries(FEE_FIELDS.map((field) => [field, amount.optional()]))

/** What replies show. */
export const priceShape = z
  .strictObject({
    ...shownRates,
    ...shownFees,
    tiers: z.array(z.strictObject({ above_input_tokens: z.int(), ...shownRates })).optional(),
    service_tiers: z.record(z.string(), amount).optional(),
  })
  .describe(
    'US$ per million tokens, and for each call, picture and search. What is absent costs what input or output costs; a fee that is absent is none.',
  )
  .meta({ id: 'Price', examples: [{ input: '0.15', cached_input: '0.075', output: '0.6' }] })

/** What requests send. */
export const newPrice = priceSchema
  .describe('US$ per million tokens, as numbers or as text.')
  .meta({ id: 'NewPrice', examples: [{ input: 0.15, cached_input: 0.075, output: 0.6 }] })

export function priceBody(price: Price): z.input<typeof priceShape> {
  return priceShape.parse(dollarsFromPrice(price))
}

/** By public model id. */
export function pricesBody(prices: Readonly<Record<string, Price>>): Record<string, z.input<typeof priceShape>> {
  return Object.fromEntries(Object.entries(prices).map(([model, price]) => [model, priceBody(price)]))
}

/** @throws {GatewayError} `invalid_request`, with the field at fault */
export function checkedPrice(file: PriceDollars, param: string): Price {
  const read = priceFromDollars(file)
  if (isPrice(read)) return read
  const [problem] = read
  const field = [...(param === '' ? [] : [param]), ...(problem?.path ?? [])].join('.')
  throw new GatewayError('invalid_request', `${field} ${problem?.message ?? 'is no price.'}`, { param: field })
}
