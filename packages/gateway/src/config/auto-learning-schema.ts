// The part `learning` of the section `auto`.
import { z } from 'zod'
import { DEFAULTS as D } from './defaults.ts'
import { amountSchema } from './price-schema.ts'

const L = D.auto.learning
const MOST_EXEMPLARS = 256
const share = () => z.number().min(0).max(1)

const shadow = z
  .strictObject({
    share: share().describe('Share of calls: 0.01.'),
    judge: z.string().min(1).max(256).describe('The model that compares the two answers.'),
    max_cost_per_day: amountSchema.describe('US$ that this may cost in a day (UTC): never more.'),
    paid_by: z
      .enum(['operator', 'account'])
      .default('operator')
      .describe(
        "operator = nobody is charged, and one cap holds for all; account = the account's wallet, a cap for each.",
      ),
  })
  .describe('Puts a share of the calls to another model of the pool too, and lets a judge compare; off when absent.')

export const autoLearningSchema = z
  .strictObject({
    signals: z
      .boolean()
      .default(L.signals)
      .describe('Whether receipts keep what can be learned from: marks and points, no text.'),
    every_hours: z
      .int()
      .min(0)
      .max(24 * 30)
      .default(L.everyHours)
      .describe('How often a new version is made: 24 is nightly; 0 = only when asked to.'),
    serve: z
      .boolean()
      .default(L.serve)
      .describe('Whether a version that has won serves by itself; else the operator promotes it.'),
    explore_share: share()
      .max(0.5)
      .default(0)
      .describe(
        'Share of new conversations that try another model above the floor: 0.02. Without it little is learned.',
      ),
    exemplars: z
      .int()
      .min(0)
      .max(MOST_EXEMPLARS)
      .default(L.exemplars)
      .describe('Questions kept as points for each account and pool; 0 = none.'),
    max_cost_rise: z
      .number()
      .min(0)
      .max(100)
      .default(L.maxCostRise)
      .describe('How much dearer a better version may be: 0.25 is 25 %.'),
    shadow: shadow.optional(),
  })
  .describe('What auto learns from feedback and from how conversations went on, for each account and pool alone.')
