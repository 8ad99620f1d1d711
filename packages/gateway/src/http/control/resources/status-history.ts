// GET /api/status/history: how well the gateway, its database and its upstreams were, for everybody. It names no provider
// of the operator's, and a time in which nobody looked is a gap, never a good time.
import { z } from 'zod'
import {
  HEALTH_DAY_MS,
  HEALTH_STEP_MS,
  type HealthDay,
  type HealthHistory,
  type HealthLooks,
} from '../../../telemetry/history/health-history.ts'
import { upstreamGroup } from '../../../telemetry/history/upstream-group.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'

const DAYS = 90
const STEPS = HEALTH_DAY_MS / HEALTH_STEP_MS
/** However often it is called, the database is asked once in this time. */
const FRESH_MS = 15_000
/** Older looks say nothing about now. */
const NOW_MS = 3 * HEALTH_STEP_MS

const shareOrGap = z.array(z.number().min(0).max(1).nullable())

const componentShape = z
  .strictObject({
    id: z.string().meta({ examples: ['gateway', 'database', 'upstreams:openai'] }),
    object: z.literal('status_component'),
    kind: z.enum(['gateway', 'database', 'upstreams']),
    name: z.string().describe('Of upstreams: the vendor or type. Else empty.'),
    state: z
      .enum(['operational', 'degraded', 'down', 'unknown'])
      .describe('In the newest step; unknown = nobody looked for a quarter of an hour.'),
    response_ms: z.number().nullable().describe('In the newest step; null where nothing is measured.'),
    uptime: z.number().min(0).max(1).nullable().describe('Of all looks of these days; null = there was none.'),
    days: z.strictObject({
      uptime: shareOrGap.describe('For each day the share of looks that found it well; null = nobody looked.'),
      observed: z
        .array(z.number().min(0).max(1))
        .describe('For each day the share of it in which somebody looked: uptime says nothing about the rest.'),
    }),
    steps: z.strictObject({ uptime: shareOrGap.describe('As of the days, for each step.') }),
  })
  .meta({ id: 'StatusComponent' })

const historyShape = z
  .strictObject({
    object: z.literal('status_history'),
    at: z.int().describe('Unix seconds: until when.'),
    days_from: z.int().describe('Unix seconds: where the first day begins. Days are those of UTC, the last is today.'),
    days: z.int(),
    steps_from: z.int().describe('Unix seconds: where the first step begins.'),
    step_seconds: z.int(),
    steps: z.int(),
    components: z.array(componentShape),
  })
  .meta({ id: 'StatusHistory' })

type History = z.input<typeof historyShape>

/** Per gateway: tests run several in one process. */
const known = new WeakMap<HealthHistory, { readonly atMs: number; readonly body: Promise<History> }>()

interface Services extends Pick<ControlServices, 'state'> {
  readonly healthHistory: HealthHistory
}

export const STATUS_HISTORY_ROUTES: readonly Route<Services>[] = [
  routeFor<Services>()({
    method: 'GET',
    path: '/api/status/history',
    access: 'open',
    tag: 'Health',
    name: 'getStatusHistory',
    summary: 'How well the gateway was: ninety days, and the last one closely',
    description:
      'From looks of its own, once a minute. A time in which none was made (the gateway was off, nothing was heard of a provider) is null. Up to fifteen seconds old.',
    errors: ['service_unavailable'],
    reply: { description: 'The history.', schema: historyShape },
    async handler(_call, { state, healthHistory }) {
      const nowMs = state.now()
      const before = known.get(healthHistory)
      if (before !== undefined && Math.abs(nowMs - before.atMs) < FRESH_MS) return await before.body
      const { health, providers } = state.config()
      const groups = health.detail === 'status' ? [] : providers.map((one) => `upstreams:${upstreamGroup(one)}`)
      const body = historyBody(healthHistory, nowMs, [...new Set(groups)].toSorted())
      known.set(healthHistory, { atMs: nowMs, body })
      body.catch(() => known.delete(healthHistory))
      return await body
    },
  }),
]

/** @param groups of upstreams that there are now */
async function historyBody(history: HealthHistory, nowMs: number, groups: readonly string[]): Promise<History> {
  const stepsFromMs = (Math.floor(nowMs / HEALTH_STEP_MS) + 1 - STEPS) * HEALTH_STEP_MS
  const daysFromMs = (Math.floor(nowMs / HEALTH_DAY_MS) + 1 - DAYS) * HEALTH_DAY_MS
  const until = { toMs: nowMs + 1 }
  const prefixes = ['gateway', 'database', ...(groups.length > 0 ? ['upstreams:'] : [])]
  const parts = await Promise.all(
    prefixes.map(async (prefix) => ({
      days: await history.days({ prefix, fromMs: daysFromMs, ...until }),
      steps: await history.steps({ prefix, fromMs: stepsFromMs, ...until }),
    })),
  )
  const days = Map.groupBy(
    parts.flatMap((part) => part.days),
    ({ component }) => component,
  )
  const steps = Map.groupBy(
    parts.flatMap((part) => part.steps),
    ({ component }) => component,
  )
  const names = ['gateway', 'database', ...groups]
  const facts = { nowMs, daysFromMs, stepsFromMs }
  return {
    object: 'status_history',
    at: Math.floor(nowMs / 1000),
    days_from: daysFromMs / 1000,
    days: DAYS,
    steps_from: stepsFromMs / 1000,
    step_seconds: HEALTH_STEP_MS / 1000,
    steps: STEPS,
    components: names.map((name) => componentBody(name, days.get(name) ?? [], steps.get(name) ?? [], facts)),
  }
}

interface Facts {
  readonly nowMs: number
  readonly daysFromMs: number
  readonly stepsFromMs: number
}

function componentBody(
  id: string,
  days: readonly HealthDay[],
  steps: readonly HealthLooks[],
  { nowMs, daysFromMs, stepsFromMs }: Facts,
): z.input<typeof componentShape> {
  const uptime = Array<number | null>(DAYS).fill(null)
  const observed = Array<number>(DAYS).fill(0)
  for (const day of days) {
    const index = Math.round((day.startMs - daysFromMs) / HEALTH_DAY_MS)
    // Of today, as much as there was so far.
    const lasted = Math.ceil((Math.min(HEALTH_DAY_MS, nowMs - day.startMs) || 1) / HEALTH_STEP_MS)
    uptime[index] = shareOf([day])
    observed[index] = Math.min(1, day.steps / Math.max(1, lasted))
  }
  const byStep = Array<number | null>(STEPS).fill(null)
  for (const step of steps) byStep[Math.round((step.startMs - stepsFromMs) / HEALTH_STEP_MS)] = shareOf([step])
  const newest = steps.at(-1)
  const isFresh = newest !== undefined && nowMs - newest.startMs < NOW_MS
  const well = isFresh ? newest.checks - newest.failures : 0
  const kind = id.startsWith('upstreams:') ? 'upstreams' : id === 'database' ? 'database' : 'gateway'
  return {
    id,
    object: 'status_component',
    kind,
    name: kind === 'upstreams' ? id.slice('upstreams:'.length) : '',
    state: isFresh ? stateOf(newest) : 'unknown',
    response_ms: kind === 'gateway' || newest === undefined || well === 0 ? null : Math.round(newest.responseMs / well),
    uptime: shareOf(days),
    days: { uptime, observed },
    steps: { uptime: byStep },
  }
}

function stateOf({ checks, failures }: HealthLooks): 'operational' | 'degraded' | 'down' {
  if (failures === 0) return 'operational'
  return failures < checks ? 'degraded' : 'down'
}

/** To four places, and 1 only where nothing was found wrong. */
function shareOf(looks: readonly HealthLooks[]): number | null {
  const checks = looks.reduce((sum, look) => sum + look.checks, 0)
  const failures = looks.reduce((sum, look) => sum + look.failures, 0)
  if (checks === 0) return null
  return Math.floor((1 - failures / checks) * 10_000) / 10_000
}
