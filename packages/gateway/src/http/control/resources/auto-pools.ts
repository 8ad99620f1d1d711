// /api/auto/pools: the pools that `auto` picks from, with the curve of quality against cost that each of them has.
import { z } from 'zod'
import { AUTO_PRESETS, type AutoConfig, type AutoKnobs } from '../../../config/auto-config.ts'
import { TASK_TYPES } from '../../../core/task-types.ts'
import { presetKnobs } from '../../../routing/auto/pools/auto-names.ts'
import { TYPICAL_INPUT_TOKENS, type CurvePoint, type PoolView } from '../../../routing/auto/pools/pool-curve.ts'
import { dollars, dollarsField } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import { poolName } from './auto-shapes.ts'

const knobs = {
  tradeoff: z.number().min(0).max(10).describe('0 = the best whatever it costs, 10 = the cheapest above the floor.'),
  min_quality: z.number().min(0).max(1).describe("The floor: share of the best model's expected quality."),
}
const quality = z.number().min(0).max(1).describe('Expected, the mean over all kinds of task.')
const cost = dollarsField.describe('US$ of a made-up request, the mean over all kinds of task.')
const point = z.strictObject({ ...knobs, quality, cost }).meta({ id: 'AutoCurvePoint' })

const memberShape = z.strictObject({
  id: z.string(),
  vendor: z.string().nullable().describe('null = the catalogue does not know it.'),
  quality,
  basis: z
    .enum(['table', 'family', 'price', 'operator'])
    .describe(
      'Where the figure is from: public results of the model, or of a sibling; its list price; the configuration.',
    ),
  source: z.string(),
  cost: cost.nullable().describe('Likewise; null = it is never picked.'),
  refused: z
    .enum(['unknown_model', 'data_policy', 'not_chat', 'no_price'])
    .nullable()
    .describe('Why it is never picked; null = it may be.'),
  first_for: z.array(z.enum(TASK_TYPES)).describe('Kinds of task that it is picked for, as the knobs stand.'),
  answers_seen: z
    .int()
    .describe(
      'Answers of it, of the newest here, that its cost is reckoned from; 0 = its answers are taken to be as long as is usual.',
    ),
  kinds_seen: z.array(z.enum(TASK_TYPES)).describe('What kinds of task those answers were to.'),
})

const poolShape = z
  .strictObject({
    id: z.string().describe('What clients ask for.'),
    object: z.literal('auto_pool'),
    name: z.string().describe('default = the one without a name.'),
    groups: z.array(z.string()).describe('Groups whose accounts mean this pool when they say auto.'),
    every_model: z.boolean().describe('Whether it is every chat model with a price, and not a list.'),
    ...knobs,
    max_cost: dollarsField.nullable().describe('Most that a request may be expected to cost; null = no limit.'),
    baseline: z.string().nullable().describe('What savings are counted against; null = the pool is empty.'),
    baseline_configured: z.boolean().describe('Else it is the best model of the pool.'),
    control_share: z.number().describe('Share of conversations that really go to the baseline.'),
    input_tokens: z
      .int()
      .describe(
        'Of the made-up request; its answer is as long as answers of its kind have been here, or else usually are.',
      ),
    members: z.array(memberShape),
    now: point.nullable().describe('Where the knobs stand; null = nothing can be picked.'),
    curve: z.array(point).describe('Along the knob, above the floor of the pool.'),
    whole_curve: z.array(point).describe('The same without a floor.'),
    presets: z.array(z.strictObject({ id: z.string(), ...knobs })).describe('What auto:cheap and the like mean.'),
  })
  .meta({ id: 'AutoPool' })

export const AUTO_POOL_ROUTES: readonly Route[] = [
  route({
    access: 'operator',
    tag: 'Picker',
    method: 'GET',
    path: '/api/auto/pools',
    name: 'listAutoPools',
    summary: 'The pools of the picker, with quality against cost',
    description:
      'Reckoned by the picker for one made-up request of each kind of task, at list prices, from its tables and the configuration. Of traffic, only the length of answers is used.',
    reply: {
      description: 'The default pool first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(poolShape), has_more: z.literal(false) }),
    },
    async handler(_call, { state, autoPools }) {
      const { auto, brand } = state.config()
      const data = (await autoPools()).map((view) => poolBody(view, auto, brand.autoModel))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),
]

function poolBody({ pool, ...view }: PoolView, auto: AutoConfig, own: string): z.input<typeof poolShape> {
  const id = pool.name === '' ? own : `${own}/${pool.name}`
  return {
    id,
    object: 'auto_pool',
    name: poolName(pool.name),
    groups: [...pool.groups],
    every_model: pool.models === null,
    ...knobsBody(pool.knobs),
    max_cost: pool.maxCostNanos === null ? null : dollars(pool.maxCostNanos),
    baseline: view.baseline,
    baseline_configured: pool.baseline !== null,
    control_share: pool.controlPpm / 1e6,
    input_tokens: TYPICAL_INPUT_TOKENS,
    members: view.members.map(({ costNanos, firstFor, seenAnswers, ...member }) => ({
      ...member,
      cost: costNanos === null ? null : dollars(costNanos),
      first_for: [...firstFor],
      answers_seen: [...seenAnswers.values()].reduce((sum, count) => sum + count, 0),
      kinds_seen: [...seenAnswers.keys()],
    })),
    now: view.now === null ? null : pointBody(view.now),
    curve: view.curve.map(pointBody),
    whole_curve: view.whole.map(pointBody),
    presets: AUTO_PRESETS.map((preset) => ({ id: `${id}:${preset}`, ...knobsBody(presetKnobs(auto, preset)) })),
  }
}

function pointBody(at: CurvePoint): z.input<typeof point> {
  return { ...knobsBody(at), quality: at.quality, cost: dollars(at.costNanos) }
}

function knobsBody({ tradeoff, minQuality }: AutoKnobs) {
  return { tradeoff, min_quality: minQuality }
}
