// An entry under `models` of `fairlead.yaml`.
import { z } from 'zod'
import { DEFAULTS as D } from './defaults.ts'
import { priceSchema } from './price-schema.ts'
import { limitsSchema } from './provider-schema.ts'
import { priority, text, weight } from './shape-words.ts'

const target = z
  .strictObject({
    provider: text().min(1).describe('Name of a provider above.'),
    model: text().min(1).optional().describe("The provider's own name of the model; the public id when absent."),
    weight: weight().default(D.target.weight).describe('Share of the traffic.'),
    priority: priority().default(D.target.priority).describe('Lower first.'),
    price: priceSchema
      .optional()
      .describe("What this provider charges you; absent = the catalogue's, or else the model's own price."),
  })
  .describe('One place where a model is served.')

const modelLimits = limitsSchema
  .extend({
    requests_per_day: z.int().min(0).max(1e9).optional().describe('Requests of a day, UTC.'),
    requests_per_month: z.int().min(0).max(1e9).optional().describe('Requests of a month, UTC.'),
  })
  .describe('Of all users of the model together; absent = no limit, 0 = none allowed.')

export const modelSchema = z
  .strictObject({
    id: text().min(1).max(256).describe('Public id; may hold one "*", which a target\'s model repeats.'),
    aliases: z.array(text().min(1)).default([]).describe('Accepted, not listed; an exact id wins.'),
    strategy: z
      .enum(['weighted', 'least-busy', 'latency', 'cost'])
      .default('weighted')
      .describe('How a target is chosen.'),
    targets: z.array(target).optional().describe('Where it is served; the provider that fits when absent.'),
    price: priceSchema.optional().describe("What callers pay; the catalogue's when absent."),
    limits: modelLimits.optional(),
    fallbacks: z
      .array(text().min(1))
      .default([])
      .describe('Public ids tried, in this order, when every target failed.'),
    continue_streams: z
      .boolean()
      .default(false)
      .describe('When an upstream dies in the middle of a stream, another one goes on with the answer.'),
    description: text().min(1).optional().describe("One sentence for people; the catalogue's when absent."),
    owned_by: text().min(1).optional().describe("Vendor; the catalogue's when absent."),
    context_length: z.int().min(1).max(1e9).optional().describe("Tokens; the catalogue's when absent."),
  })
  .describe('A model id that clients may ask for.')
