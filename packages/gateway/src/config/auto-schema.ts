// The section `auto` of `fairlead.yaml`: its shape and its words.
import { z } from 'zod'
import { TASK_TYPES } from '../core/task-types.ts'
import { LEAST_DIMENSIONS, MOST_DIMENSIONS } from './auto-config.ts'
import { autoLearningSchema } from './auto-learning-schema.ts'
import { wantedDataPolicySchema } from './data-policy-schema.ts'
import { DEFAULTS as D } from './defaults.ts'
import { amountSchema } from './price-schema.ts'

const MAX_MS = 2_147_483_647
const text = () => z.string().min(1).max(256)
const share = () => z.number().min(0).max(1)
const tradeoff = () => z.number().min(0).max(10)
const names = () => z.array(text())

const knobs = {
  tradeoff: tradeoff().optional().describe('0 = the best model whatever it costs, 10 = the cheapest above the floor.'),
  min_quality: share()
    .optional()
    .describe("The floor, as a share of the best eligible model's expected quality: 0.97 gives up 3 %."),
}

const choice = {
  exclude: names().default([]).describe('Ids or patterns that are never picked.'),
  baseline: text()
    .optional()
    .describe('The model that savings are counted against; the one with the highest prior when absent.'),
  ...knobs,
  max_cost: amountSchema.optional().describe('US$ that one request may be expected to cost at most.'),
  data_policy: wantedDataPolicySchema.optional(),
  control_share: share()
    .max(0.5)
    .optional()
    .describe('Share of conversations that really go to the baseline, so that savings can be measured: 0.01.'),
}

const pool = z
  .strictObject({
    name: text().max(64).describe('Asked for as auto/NAME: letters, digits, ".", "_" and "-".'),
    models: names().min(1).describe('Public ids or patterns; "*" stands for any text.'),
    ...choice,
    groups: z.array(text()).default([]).describe('Groups whose accounts mean this pool when they say auto.'),
  })
  .describe('Models that may stand in for each other. What it leaves out is as in auto itself.')

const skill = z
  .strictObject({
    overall: share().optional().describe('Over everything.'),
    by_task: z.partialRecord(z.enum(TASK_TYPES), share()).default({}).describe('By task type.'),
  })
  .describe('How good a model is, 0 to 1; wins over what ships with the gateway.')

const embedder = z
  .strictObject({
    model: text().describe('A model of this gateway that serves /v1/embeddings.'),
    dimensions: z
      .int()
      .min(LEAST_DIMENSIONS)
      .max(MOST_DIMENSIONS)
      .optional()
      .describe(
        "Figures of a vector that it is asked for; the model's own number when absent, which may be 1,024 at most.",
      ),
    wait_ms: z
      .int()
      .min(0)
      .max(2_000)
      .default(D.auto.embedderWaitMs)
      .describe("How long a choice waits for a vector; the picker's own point decides when it is late."),
  })
  .describe('Has questions compared by a model of embeddings too; off when absent.')

const preset = z.strictObject(knobs).describe('What auto:NAME means.')

export const autoSchema = z
  .strictObject({
    pool: names()
      .min(1)
      .optional()
      .describe('Public ids or patterns that auto picks from; every chat model with a price when absent.'),
    ...choice,
    tradeoff: tradeoff()
      .default(D.auto.tradeoff)
      .describe(knobs.tradeoff.description ?? ''),
    min_quality: share()
      .default(D.auto.minQuality)
      .describe(knobs.min_quality.description ?? ''),
    pools: z.array(pool).default([]).describe('Pools with names of their own.'),
    presets: z
      .strictObject({ cheap: preset.optional(), balanced: preset.optional(), quality: preset.optional() })
      .prefault({})
      .describe('Other knobs for auto:cheap, auto:balanced and auto:quality.'),
    skills: z.record(text(), skill).default({}).describe('Your own figures for models, by public id.'),
    cache_ttl_ms: z
      .int()
      .min(0)
      .max(MAX_MS)
      .default(D.auto.cacheTtlMs)
      .describe("How long a provider's prompt cache is believed to be warm; 0 = caches are left out of account."),
    conversation_ttl_ms: z
      .int()
      .min(0)
      .max(MAX_MS)
      .default(D.auto.conversationTtlMs)
      .describe('How long a conversation keeps its model without a turn; 0 = each request is picked for alone.'),
    learning: autoLearningSchema.prefault({}),
    embedder: embedder.optional(),
  })
  .describe('The model picker: which models stand behind auto, and how one is chosen.')

export type AutoFile = z.infer<typeof autoSchema>
export type AutoPoolFile = AutoFile['pools'][number]
