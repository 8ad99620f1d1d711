// Versions of what the picker has learned, as JSON.
import { z } from 'zod'
import type { VersionRecord } from '../../../routing/auto/learning/learning-store.ts'
import { seconds, unixSeconds } from '../api/fields.ts'

const difference = z
  .strictObject({ mean: z.number(), low: z.number(), high: z.number() })
  .describe('Of this version less that of the one it was tried against; 90 % of the time between low and high.')

export const versionShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('auto_version'),
    account_id: z.string(),
    pool: z.string().describe('default = the one without a name.'),
    number: z.int().describe('Counts the versions of this account and pool.'),
    state: z
      .enum(['serving', 'retired', 'won', 'lost'])
      .describe('won = it may serve; lost = it has not won on replay, and never serves; retired = it has served.'),
    made_at: unixSeconds,
    made_by: z.string(),
    served_at: unixSeconds.nullable().describe('When it began to serve; null = it never did.'),
    base: z.string().nullable().describe('The version it was tried against; null = what ships with the gateway.'),
    replay: z
      .strictObject({
        verdict: z.enum(['better', 'cheaper', 'too-few', 'not-better', 'worse-at-a-task', 'too-dear']),
        decisions: z.int().describe('Calls that it was not made from, and chose for again.'),
        judged: z.int().describe('Of these, where something says how good the answer was.'),
        changed: z.int().describe('Of these, where it chooses another model.'),
        observed: z.int().describe('Of these, where that model has really answered.'),
        quality: difference.describe('0 to 1.'),
        cost: difference.describe('As a share of the cost.'),
        by_type: z.array(z.strictObject({ type: z.string(), judged: z.int(), quality: z.number() })),
      })
      .describe('How it did on calls that it was not made from.'),
  })
  .meta({ id: 'AutoVersion' })

export function versionBody(version: VersionRecord): z.input<typeof versionShape> {
  const { replay, servedAtMs } = version
  return {
    id: version.versionId,
    object: 'auto_version',
    account_id: version.accountId,
    pool: poolName(version.pool),
    number: version.number,
    state: stateOf(version),
    made_at: seconds(version.madeAtMs),
    made_by: version.madeBy,
    served_at: seconds(servedAtMs),
    base: version.base === '' ? null : version.base,
    replay: {
      verdict: replay.verdict,
      decisions: replay.decisions,
      judged: replay.judged,
      changed: replay.changed,
      observed: replay.observed,
      quality: replay.quality,
      cost: replay.cost,
      by_type: replay.byType.map(({ type, judged, quality }) => ({ type, judged, quality })),
    },
  }
}

function stateOf({ serving, servedAtMs, replay }: VersionRecord): 'serving' | 'retired' | 'won' | 'lost' {
  if (serving) return 'serving'
  if (servedAtMs !== null) return 'retired'
  return replay.won ? 'won' : 'lost'
}

const DEFAULT_POOL = 'default'

export function poolName(pool: string): string {
  return pool === '' ? DEFAULT_POOL : pool
}

export function poolOf(name: string): string {
  return name === DEFAULT_POOL ? '' : name
}
