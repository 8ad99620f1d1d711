// The shape of `fairlead.yaml`, and the words that explain it: the JSON Schema for editors is made from these files, one
// for each section or two. Only the shape: what needs more than one value to judge (does that provider exist?) is in the
// `check-*.ts` beside them.
import { z } from 'zod'
import { autoSchema } from './auto-schema.ts'
import { DEFAULTS as D } from './defaults.ts'
import { groupSchema } from './group-schema.ts'
import { modelSchema } from './model-schema.ts'
import { mailSchema, paymentsSchema } from './payments-schema.ts'
import { peopleSchema } from './people-schema.ts'
import { providerSchema } from './provider-schema.ts'
import { brandSchema, serverSchema } from './server-schema.ts'
import { balancerSchema, healthSchema, timeoutsSchema } from './upstream-schema.ts'

const keptDays = () => z.int().min(0).max(36_500)

const usage = z
  .strictObject({
    record: z
      .boolean()
      .default(D.usage.record)
      .describe('Keep a record of each call; without, /api/usage is empty and quotas begin anew at a restart.'),
    keep_records_days: keptDays()
      .default(D.usage.keepRecordsDays)
      .describe('How long the record of each call is kept; 0 keeps it for ever.'),
    keep_hourly_days: keptDays()
      .default(D.usage.keepHoursDays)
      .describe('How long sums by the hour are kept, in which charts of any time zone are exact; 0 = for ever.'),
    keep_daily_days: keptDays()
      .default(D.usage.keepDaysDays)
      .describe('How long sums by the day (UTC) are kept apart; older ones become one sum. 0 = for ever.'),
  })
  .describe('What is kept of each call, and how long.')

const log = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default(D.log.level)
      .describe('Least important line that is written.'),
  })
  .describe('The log.')

export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  brand: brandSchema.prefault({}),
  health: healthSchema.prefault({}),
  timeouts: timeoutsSchema.prefault({}),
  balancer: balancerSchema.prefault({}),
  usage: usage.prefault({}),
  payments: paymentsSchema.prefault({}),
  mail: mailSchema.prefault({}),
  people: peopleSchema.prefault({}),
  log: log.prefault({}),
  providers: z
    .array(providerSchema)
    .default([])
    .describe('Upstreams. Without any, keys in the environment switch their providers on.'),
  models: z
    .array(modelSchema)
    .default([])
    .describe("Model ids. Without any, the catalogue's models of the providers' vendors."),
  groups: z
    .array(groupSchema)
    .default([])
    .describe('What accounts may use, and how much. Without any, every account may use every model without limits.'),
  auto: autoSchema.prefault({}),
})

/** The file after its shape was checked: snake_case, defaults filled in, references not yet followed. */
export type ConfigFile = z.infer<typeof configSchema>
export type ProviderFile = ConfigFile['providers'][number]
export type ModelFile = ConfigFile['models'][number]
export type GroupFile = ConfigFile['groups'][number]
