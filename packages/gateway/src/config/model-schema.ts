// An entry under `models` of `fairlead.yaml`.
import { z } from 'zod'
import { dataPolicySchema } from './data-policy-schema.ts'
import { DEFAULTS as D } from './defaults.ts'
import { priceSchema } from './price-schema.ts'
import { limitsSchema } from './provider-schema.ts'
import { milliseconds, priority, text, weight } from './shape-words.ts'
import { targetConditionSchema } from './target-condition-schema.ts'

const target = z
  .strictObject({
    provider: text().min(1).describe('Name of a provider above.'),
    model: text().min(1).optional().describe("The provider's own name of the model; the public id when absent."),
    weight: weight().default(D.target.weight).describe('Share of the traffic.'),
    priority: priority().default(D.target.priority).describe('Lower first.'),
    when: targetConditionSchema.optional(),
    price: priceSchema
      .optional()
      .describe("What this provider charges you; absent = the catalogue's, or else the model's own price."),
  })
  .describe('One place where a model is served.')

const hedge = z
  .strictObject({
    after_ms: milliseconds().optional().describe('What nineteen of twenty answers have taken, when absent.'),
  })
  .describe('When no byte of an answer has come for so long, another target is asked too: the first to answer serves.')

const mirror = z
  .strictObject({
    model: text().min(1).max(256).describe('Public id of the model that gets the copies.'),
    share: z.number().min(0).max(1).describe('Share of the requests: 0.05.'),
    at_once: z
      .int()
      .min(1)
      .max(1_000)
      .default(D.mirror.atOnce)
      .describe('Copies under way in one worker; more are left out.'),
  })
  .describe(
    'Copies of a share of the requests go to another model too. Their answers are thrown away, and you pay for them.',
  )

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
      .enum(['weighted', 'least-busy', 'latency', 'cost', 'split'])
      .default('weighted')
      .describe('How a target is chosen.'),
    split_by: z
      .enum(['conversation', 'user', 'account'])
      .optional()
      .describe('With split: who always meets the same target; conversation when absent.'),
    targets: z.array(target).optional().describe('Where it is served; the provider that fits when absent.'),
    price: priceSchema.optional().describe("What callers pay; the catalogue's when absent."),
    limits: modelLimits.optional(),
    data_policy: dataPolicySchema.optional().describe("Instead of its providers', for this model."),
    fallbacks: z
      .array(text().min(1))
      .default([])
      .describe('Public ids tried, in this order, when every target failed.'),
    hedge: hedge.optional(),
    mirror: mirror.optional(),
    continue_streams: z
      .boolean()
      .default(false)
      .describe('When an upstream dies in the middle of a stream, another one goes on with the answer.'),
    description: text().min(1).optional().describe("One sentence for people; the catalogue's when absent."),
    owned_by: text().min(1).optional().describe("Vendor; the catalogue's when absent."),
    context_length: z.int().min(1).max(1e9).optional().describe("Tokens; the catalogue's when absent."),
  })
  .describe('A model id that clients may ask for.')
