// /api/usage: what was used, as sums and as series for charts.
import { z } from 'zod'
import {
  USAGE_DIMENSIONS,
  USAGE_STEPS,
  type UsageFilter,
  type UsageGroup,
  type UsagePoint,
  type UsageQueries,
  type UsageRange,
} from '../../../billing/usage/usage-queries.ts'
import { GatewayError } from '../../../core/errors.ts'
import { unixSeconds } from '../api/fields.ts'
import { pageQuery } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import { mustBeOperator, usageFilter, usageFilterQuery } from './tenant.ts'
import { range, rangeQuery, zoneOf, zoneQuery } from './time-range.ts'
import { csvResponse, usageCsv } from './usage-csv.ts'
import { figuresBody, figuresShape, usageGroupShape } from './usage-shapes.ts'

const DAY_MS = 86_400_000
/** Where nothing is said: a month, and of hours two days. */
const DEFAULT_RANGE_MS = { hour: 2 * DAY_MS, day: 30 * DAY_MS, month: 365 * DAY_MS, none: 30 * DAY_MS } as const

const pointShape = z
  .strictObject({
    start: unixSeconds.describe('Where the step begins, or the range, if that begins later.'),
    end: unixSeconds,
    label: z
      .string()
      .describe('In the time zone.')
      .meta({ examples: ['2026-11-21'] }),
    total: figuresShape,
    groups: z.array(usageGroupShape).describe('Those in which something happened, dearest first.'),
  })
  .meta({ id: 'UsagePoint' })

const usageShape = z
  .strictObject({
    object: z.literal('usage'),
    from: unixSeconds,
    to: unixSeconds,
    time_zone: z.string(),
    group_by: z.enum(USAGE_DIMENSIONS).nullable(),
    step: z.enum(USAGE_STEPS).nullable(),
    total: figuresShape.describe('Of the whole range, whatever page this is.'),
    data: z
      .array(z.union([pointShape, usageGroupShape]))
      .describe('With step: its points, oldest first, none left out. Else the groups, dearest first.'),
    has_more: z.boolean(),
    next_after: z.string().optional().describe('What ?after= goes on with; only where has_more is true.'),
  })
  .meta({ id: 'Usage' })

export const USAGE_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/usage',
    access: 'key',
    tag: 'Self-service',
    name: 'getUsage',
    summary: 'What was used: sums and series',
    description:
      'Calls, errors, tokens by class, cost and latency. A key sees its own account where it has keys:manage, and itself where it has not; the operator sees all. Calls are counted within a second of their end.',
    query: z.strictObject({
      ...rangeQuery,
      ...zoneQuery,
      step: z.enum(USAGE_STEPS).optional().describe('A series instead of groups alone; at most 1000 steps.'),
      group_by: z.enum(USAGE_DIMENSIONS).optional().describe('provider is for the operator only.'),
      ...usageFilterQuery,
      ...pageQuery,
      format: z.enum(['json', 'csv']).optional(),
    }),
    example: { path: '/api/usage?step=day&group_by=model' },
    reply: {
      description: 'The figures.',
      schema: usageShape,
      content: { 'text/csv': 'With format=csv: a line for each point and group, a heading first; not in pages.' },
    },
    async handler({ principal, query }, { usage, state }) {
      const { step, group_by: groupBy } = query
      if (groupBy === 'provider') mustBeOperator(principal, 'group_by=provider')
      const timeZone = zoneOf(query.time_zone, principal.timeZone)
      const times = range(query, { nowMs: state.now(), defaultMs: DEFAULT_RANGE_MS[step ?? 'none'], timeZone })
      const asked: Asked = {
        filter: usageFilter(principal, query),
        times,
        timeZone,
        ...(step === undefined ? {} : { step }),
        ...(groupBy === undefined ? {} : { groupBy }),
      }
      const { total, groups } = await usage.totals({ ...asked.filter, ...times, ...(groupBy ? { groupBy } : {}) })
      const points = step === undefined ? null : await seriesOf(usage, { ...asked, step })
      if (query.format === 'csv') return csvResponse(usageCsv(points ?? groups, total))
      const page =
        points === null ? groupPage(groups, query, principal.operator) : pointPage(points, query, principal.operator)
      return {
        object: 'usage' as const,
        from: Math.floor(times.fromMs / 1000),
        to: Math.floor(times.toMs / 1000),
        time_zone: timeZone,
        group_by: groupBy ?? null,
        step: step ?? null,
        total: figuresBody(total, principal.operator),
        ...page,
      }
    },
  }),
]

interface Asked {
  readonly filter: UsageFilter
  readonly times: UsageRange
  readonly timeZone: string
  readonly step?: (typeof USAGE_STEPS)[number]
  readonly groupBy?: (typeof USAGE_DIMENSIONS)[number]
}

async function seriesOf(
  usage: UsageQueries,
  { filter, times, timeZone, step, groupBy }: Asked & { readonly step: (typeof USAGE_STEPS)[number] },
): Promise<readonly UsagePoint[]> {
  try {
    return await usage.series({ ...filter, ...times, timeZone, step, ...(groupBy ? { groupBy } : {}) })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GatewayError('invalid_request', 'from, to: that is more than 1000 steps. Take a longer step.', {
      param: 'from',
    })
  }
}

interface PageQuery {
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

function pointPage(points: readonly UsagePoint[], { limit = 1000, after }: PageQuery, forOperator: boolean) {
  const rest = after === undefined ? points : points.slice(points.findIndex(({ label }) => label === after) + 1)
  const data = rest.slice(0, limit).map((point) => ({
    start: Math.floor(point.startMs / 1000),
    end: Math.floor(point.endMs / 1000),
    label: point.label,
    total: figuresBody(point.total, forOperator),
    groups: point.groups.map((group) => ({ name: group.name, ...figuresBody(group, forOperator) })),
  }))
  return { data, ...more(rest.length > limit, data.at(-1)?.label) }
}

function groupPage(groups: readonly UsageGroup[], { limit = 100, after }: PageQuery, forOperator: boolean) {
  const rest = after === undefined ? groups : groups.slice(groups.findIndex(({ name }) => name === after) + 1)
  const data = rest.slice(0, limit).map((group) => ({ name: group.name, ...figuresBody(group, forOperator) }))
  return { data, ...more(rest.length > limit, data.at(-1)?.name) }
}

function more(hasMore: boolean, last: string | undefined): { has_more: boolean; next_after?: string } {
  return { has_more: hasMore, ...(hasMore && last !== undefined ? { next_after: last } : {}) }
}
