// /api/overview: what the operator has to know at a glance. Figures come from sums; alerts from what runs.
import { z } from 'zod'
import type { UsageFigures } from '../../../billing/usage/usage-queries.ts'
import { dollars, dollarsField, seconds, unixSeconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'

const HOUR_MS = 3_600_000
/** A drain is work in progress; after so long somebody may have forgotten it. */
const LONG_DRAIN_MS = 24 * HOUR_MS

const figures = z.strictObject({
  calls: z.int(),
  errors: z.int(),
  tokens: z.int().describe('Input and output together.'),
  sale: dollarsField.describe('What the calls cost those who made them, US$.'),
  billed: dollarsField.describe('Of that, what wallets pay for.'),
  cost: dollarsField.describe('What the same calls cost the operator.'),
  margin: dollarsField.describe('Sale minus cost.'),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  first_token_p50_ms: z.number().nullable(),
})

const ALERTS = [
  'provider_down',
  'provider_fault',
  'provider_drained',
  'credential_disabled',
  'circuit_open',
  'model_fault',
  'model_without_price',
  'model_below_cost',
  'config_refused',
  'money_violation',
  'journal_stuck',
  'workers_missing',
] as const

const alertShape = z.strictObject({
  kind: z.enum(ALERTS),
  level: z.enum(['critical', 'warning', 'notice']),
  subject: z.string().describe('Which provider, credential, model…'),
  detail: z.string().describe('For people; may be empty.'),
  since: unixSeconds.nullable(),
})

export const OVERVIEW_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/overview',
    access: 'operator',
    tag: 'Gateway',
    name: 'getOverview',
    summary: 'Everything at a glance',
    query: z.strictObject({
      hours: z.coerce
        .number()
        .int()
        .min(1)
        .max(24 * 366)
        .optional()
        .describe('How far back; 24 when absent.'),
    }),
    example: { path: '/api/overview?hours=24' },
    reply: {
      description: 'As it is now, and as it was in the time before.',
      schema: z
        .strictObject({
          object: z.literal('overview'),
          from: unixSeconds,
          to: unixSeconds,
          now: figures,
          before: figures.describe('Of the same length of time before.'),
          providers: z.strictObject({ total: z.int(), healthy: z.int(), drained: z.int() }),
          alerts: z.array(alertShape).describe('The worst first.'),
        })
        .meta({ id: 'Overview' }),
    },
    async handler({ principal, query: { hours = 24 } }, services) {
      const { usage, state, providers, models, prices } = services
      const toMs = state.now()
      const lengthMs = hours * HOUR_MS
      const everybody = { accountId: null }
      const [now, before, list, routes, priced] = await Promise.all([
        usage.totals({ ...everybody, fromMs: toMs - lengthMs, toMs }),
        usage.totals({ ...everybody, fromMs: toMs - 2 * lengthMs, toMs: toMs - lengthMs }),
        providers.list(principal),
        models.list(principal),
        prices.list(principal),
      ])
      const enabled = list.filter((provider) => provider.enabled)
      return {
        object: 'overview' as const,
        from: seconds(toMs - lengthMs),
        to: seconds(toMs),
        now: figuresBody(now.total),
        before: figuresBody(before.total),
        providers: {
          total: enabled.length,
          healthy: enabled.filter(({ health }) => health?.healthy === true).length,
          drained: enabled.filter(({ drainedAtMs }) => drainedAtMs !== null).length,
        },
        alerts: alertsOf(state, list, routes, priced, toMs).toSorted(
          (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level),
        ),
      }
    },
  }),
]

const LEVELS = ['critical', 'warning', 'notice'] as const

type Alert = z.input<typeof alertShape>
type ListOf<Service extends 'providers' | 'models' | 'prices'> = Awaited<ReturnType<ControlServices[Service]['list']>>

function alertsOf(
  state: ControlServices['state'],
  providers: ListOf<'providers'>,
  models: ListOf<'models'>,
  prices: ListOf<'prices'>,
  nowMs: number,
): Alert[] {
  const alert = (
    kind: Alert['kind'],
    level: Alert['level'],
    subject: string,
    detail = '',
    sinceMs: number | null = null,
  ): Alert => ({ kind, level, subject, detail, since: seconds(sinceMs) })
  const refused = state.configError()
  return [
    ...state.moneyViolations().map((message) => alert('money_violation', 'critical', '', message)),
    ...(state.journalIsWell() ? [] : [alert('journal_stuck', 'critical', '')]),
    ...(state.workersReady() < state.config().server.workers
      ? [alert('workers_missing', 'warning', '', `${state.workersReady()} / ${state.config().server.workers}`)]
      : []),
    ...(refused === undefined ? [] : [alert('config_refused', 'warning', '', refused)]),
    ...providers.flatMap(({ name, fault, drainedAtMs, health, credentials }) => [
      ...(fault === null ? [] : [alert('provider_fault', 'warning', name, fault)]),
      ...(drainedAtMs !== null && nowMs - drainedAtMs > LONG_DRAIN_MS
        ? [alert('provider_drained', 'notice', name, '', drainedAtMs)]
        : []),
      ...(drainedAtMs === null && health?.healthy === false
        ? [alert('provider_down', 'critical', name, health.reason ?? '', health.lastCheckMs)]
        : []),
      ...credentials
        .filter(({ health: one }) => one?.disabled === true)
        .map(({ label, fingerprint, health: one }) =>
          alert('credential_disabled', 'warning', `${name} · ${label || fingerprint}`, one?.disabledReason ?? ''),
        ),
      ...(drainedAtMs === null && health?.healthy === true
        ? credentials.flatMap(({ circuits }) =>
            circuits
              .filter(({ state: circuit }) => circuit !== 'closed')
              .map(({ model }) => alert('circuit_open', 'warning', `${name} · ${model}`)),
          )
        : []),
    ]),
    ...models
      .filter(({ fault }) => fault !== null)
      .map(({ id, fault }) => alert('model_fault', 'warning', id, fault ?? '')),
    ...pricesAmiss(
      prices,
      state.config().groups.some(({ billing }) => billing === 'prepaid'),
    ).map(([kind, model, detail]) => alert(kind, 'notice', model, detail)),
  ]
}

type PriceAlert = readonly ['model_without_price' | 'model_below_cost', string, string]

/** Of models that nobody pays for a missing price says nothing. */
function pricesAmiss(prices: ListOf<'prices'>, hasPrepaid: boolean): PriceAlert[] {
  return prices.flatMap(({ model, price, costs }): PriceAlert[] => {
    if (price === null) return hasPrepaid && !model.includes('*') ? [['model_without_price', model, '']] : []
    const dearer = costs.find(
      ({ price: cost }) =>
        cost !== null &&
        (cost.inputNanosPerMillion > price.inputNanosPerMillion ||
          cost.outputNanosPerMillion > price.outputNanosPerMillion),
    )
    return dearer === undefined ? [] : [['model_below_cost', model, dearer.provider]]
  })
}

function figuresBody(total: UsageFigures): z.input<typeof figures> {
  const { tokens } = total
  return {
    calls: total.calls,
    errors: total.errors,
    tokens: tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.output,
    sale: dollars(total.costNanos),
    billed: dollars(total.billedNanos),
    cost: dollars(total.providerCostNanos),
    margin: dollars(total.costNanos - total.providerCostNanos),
    p50_ms: total.duration?.p50Ms ?? null,
    p95_ms: total.duration?.p95Ms ?? null,
    first_token_p50_ms: total.firstToken?.p50Ms ?? null,
  }
}
