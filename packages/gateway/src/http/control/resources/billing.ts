// Balance and cost under the paths where tools for other gateways look for them: OpenRouter's /v1/credits, /v1/key and
// /v1/generation, and OpenAI's old billing pages, with and without /v1. Amounts are JSON numbers there; the exact ones
// are at /api/wallet and /api/requests.
// Source: OpenRouter's API reference; OpenAI's pages were never documented, and are as clients of one-api read them.
import { z } from 'zod'
import type { UsageFigures } from '../../../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../../../billing/usage/usage-record.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Principal } from '../../../identity/principal.ts'
import { periodAt } from '../../../limits/calendar.ts'
import type { BudgetReset } from '../../../limits/limits.ts'
import { dollars, seconds } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import {
  creditsShape,
  currentKeyShape,
  dailyShape,
  generationShape,
  grantsShape,
  subscriptionShape,
} from './billing-shapes.ts'
import { seesAccount } from './tenant.ts'
import { instant } from './time-range.ts'

const COMMON = { method: 'GET', access: 'key', tag: 'Compatibility' } as const
const DAY_MS = 86_400_000
/** What one-api says where nothing limits a key, and what its clients know as that. */
const UNLIMITED_DOLLARS = 100_000_000
const LONGEST_RANGE_DAYS = 1000
const RESET_NAMES: Readonly<Record<BudgetReset, string | null>> = {
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  never: null,
}

/** Clients add all sorts of things to such addresses. */
const noQuery = z.object({})
const dataOf = <Schema extends z.ZodType>(schema: Schema) => z.strictObject({ data: schema })

/** With and without the `/v1` that some clients put before it. */
function both(path: `/${string}`, name: string): readonly { readonly path: `/${string}`; readonly name: string }[] {
  return [
    { path: `/v1${path}`, name },
    { path, name: `${name}WithoutV1` },
  ]
}

export const BILLING_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    path: '/v1/credits',
    name: 'getCredits',
    summary: "OpenRouter's credits",
    description: 'The difference of the two is the balance of the account.',
    query: noQuery,
    reply: { description: 'Of the account.', schema: dataOf(creditsShape) },
    async handler({ principal }, services) {
      const { balance, spent } = await standing(principal, services)
      return { data: { total_credits: usdOf(balance + spent), total_usage: usdOf(spent) } }
    },
  }),

  ...(['/v1/key', '/v1/auth/key'] as const).map((path) =>
    route({
      ...COMMON,
      path,
      name: path === '/v1/key' ? 'getCurrentKey' : 'getCurrentKeyOldPath',
      summary: "OpenRouter's view of the key that asks",
      query: noQuery,
      reply: { description: 'The key.', schema: dataOf(currentKeyShape) },
      handler: async ({ principal }, services) => ({ data: await currentKey(principal, services) }),
    }),
  ),

  route({
    ...COMMON,
    path: '/v1/generation',
    name: 'getGeneration',
    summary: "OpenRouter's view of one call",
    description: 'With every price line: /api/requests/{request_id}.',
    errors: ['not_found'],
    query: z.object({ id: z.string().max(200).optional().describe('The x-request-id of its reply.') }),
    example: { path: '/v1/generation?id=req_5f0c6a2f9e1d4b7a8c00000001' },
    reply: { description: 'The call.', schema: dataOf(generationShape) },
    async handler({ principal, query: { id = '' } }, { usage }) {
      const record = id === '' ? null : await usage.record(principal.operator ? null : principal.accountId, id)
      if (record !== null && (seesAccount(principal) || record.keyId === principal.keyId))
        return { data: generation(record, principal.operator) }
      if (id === '')
        throw new GatewayError('invalid_request', 'id: is missing: the x-request-id of a reply.', { param: 'id' })
      throw new GatewayError(
        'not_found',
        `There is no call "${id.slice(0, 64)}" here. It appears a second after its end.`,
      )
    },
  }),

  ...both('/dashboard/billing/subscription', 'getBillingSubscription').map((at) =>
    route({
      ...COMMON,
      ...at,
      summary: "OpenAI's old page of limits",
      query: noQuery,
      reply: { description: 'Of the key.', schema: subscriptionShape },
      async handler({ principal }, services) {
        const { balance, spent } = await standing(principal, services)
        const budget = await budgetOf(principal, services)
        const isUnlimited = principal.pricing.billing === 'off' && budget === null
        const left = principal.pricing.billing === 'off' ? null : balance
        const can = budget === null ? (left ?? 0n) : smaller(BigInt(budget.left), left)
        const limit = isUnlimited ? UNLIMITED_DOLLARS : usdOf(spent + can)
        return {
          object: 'billing_subscription' as const,
          has_payment_method: true,
          canceled: false,
          canceled_at: null,
          delinquent: null,
          access_until: seconds(principal.expiresAtMs ?? services.state.now() + 365 * DAY_MS),
          soft_limit_usd: limit,
          hard_limit_usd: limit,
          system_hard_limit_usd: limit,
          plan: { title: 'Prepaid', id: 'prepaid' },
          account_name: principal.accountId,
        }
      },
    }),
  ),

  ...both('/dashboard/billing/usage', 'getBillingUsage').map((at) =>
    route({
      ...COMMON,
      ...at,
      summary: "OpenAI's old page of usage",
      query: z.object({
        start_date: z.string().max(40).optional().describe('2026-11-01, UTC; a hundred days ago when absent.'),
        end_date: z.string().max(40).optional().describe('Excluded; now when absent.'),
      }),
      reply: { description: 'By day and model, in US cents.', schema: dailyShape },
      async handler({ principal, query: { start_date, end_date } }, { usage, state }) {
        const toMs = end_date === undefined ? state.now() : instant(end_date, 'end_date', 'UTC')
        const asked = start_date === undefined ? toMs - 100 * DAY_MS : instant(start_date, 'start_date', 'UTC')
        const fromMs = Math.max(asked, toMs - LONGEST_RANGE_DAYS * DAY_MS)
        if (fromMs >= toMs)
          throw new GatewayError('invalid_request', 'start_date: must be before end_date.', { param: 'start_date' })
        const query = { ...whose(principal), fromMs, toMs, timeZone: 'UTC', groupBy: 'model' } as const
        const days = await usage.series({ ...query, step: 'day' })
        return {
          object: 'list' as const,
          daily_costs: days
            .filter(({ total }) => total.calls > 0)
            .map((day) => ({
              timestamp: day.startMs / 1000,
              line_items: day.groups.map((group) => ({ name: group.name, cost: centsOf(spentOf(principal, group)) })),
            })),
          total_usage: centsOf(days.reduce((sum, { total }) => sum + spentOf(principal, total), 0n)),
        }
      },
    }),
  ),

  ...both('/dashboard/billing/credit_grants', 'getBillingCreditGrants').map((at) =>
    route({
      ...COMMON,
      ...at,
      summary: "OpenAI's old page of credit",
      query: noQuery,
      reply: { description: 'Of the account.', schema: grantsShape },
      async handler({ principal }, services) {
        const { balance, spent } = await standing(principal, services)
        return {
          object: 'credit_summary' as const,
          total_granted: usdOf(balance + spent),
          total_used: usdOf(spent),
          total_available: usdOf(balance),
          total_paid_available: usdOf(balance),
          grants: { object: 'list' as const, data: [] },
        }
      },
    }),
  ),
]

/** Of the account; nano-US$. */
async function standing(
  principal: Principal,
  { wallets, usage, state }: ControlServices,
): Promise<{ readonly balance: bigint; readonly spent: bigint }> {
  const { accountId } = principal
  const [{ wallet }, { total }] = await Promise.all([
    wallets.get(principal, accountId),
    usage.totals({ accountId, fromMs: 0, toMs: state.now() + 1 }),
  ])
  return { balance: BigInt(wallet.availableNanos) + BigInt(wallet.heldNanos), spent: spentOf(principal, total) }
}

/** What was charged; where nothing is, what it would have cost. */
function spentOf({ pricing }: Principal, figures: UsageFigures): bigint {
  return BigInt(pricing.billing === 'off' ? figures.costNanos : figures.billedNanos)
}

/** The statistics of a key that manages no keys are its own alone. */
function whose(principal: Principal): { readonly accountId: string; readonly keyIds?: readonly string[] } {
  const { accountId, keyId } = principal
  return seesAccount(principal) ? { accountId } : { accountId, keyIds: [keyId] }
}

async function currentKey(principal: Principal, services: ControlServices): Promise<z.input<typeof currentKeyShape>> {
  const { accountId, keyId } = principal
  const { usage, keys, state } = services
  const nowMs = state.now()
  const spentSince = async (fromMs: number): Promise<number> => {
    const { total } = await usage.totals({ accountId, keyIds: [keyId], fromMs, toMs: nowMs + 1 })
    return usdOf(spentOf(principal, total))
  }
  const inThis = (period: 'day' | 'week' | 'month'): Promise<number> =>
    spentSince(periodAt(period, 'UTC', nowMs).startMs)
  const [all, day, week, month, budget] = await Promise.all([
    spentSince(0),
    inThis('day'),
    inThis('week'),
    inThis('month'),
    budgetOf(principal, services),
  ])
  // Every key may look at itself.
  const own = principal.operator ? null : await keys.get({ ...principal, scopes: ['keys:manage'] }, keyId)
  const { expiresAtMs } = principal
  return {
    label: own === null ? 'master' : `${own.prefix}...${own.last4}`,
    limit: budget === null ? null : usdOf(BigInt(budget.amount)),
    limit_remaining: budget === null ? null : usdOf(BigInt(budget.left)),
    limit_reset: budget === null ? null : RESET_NAMES[budget.reset],
    usage: all,
    usage_daily: day,
    usage_weekly: week,
    usage_monthly: month,
    byok_usage: 0,
    byok_usage_daily: 0,
    byok_usage_weekly: 0,
    byok_usage_monthly: 0,
    include_byok_in_limit: false,
    is_free_tier: false,
    is_management_key: principal.operator,
    is_provisioning_key: principal.operator,
    creator_user_id: null,
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
    rate_limit: { requests: principal.limits.rpm ?? -1, interval: '1m', note: 'See /api/limits for all of them.' },
  }
}

interface BudgetLeft {
  readonly amount: number
  readonly left: number
  readonly reset: BudgetReset
}

/** The key's own budget, and how much is left of it; null = it has none. */
async function budgetOf(principal: Principal, { limits }: Pick<ControlServices, 'limits'>): Promise<BudgetLeft | null> {
  const own = principal.limited.find(({ scope }) => scope === `key:${principal.keyId}`)
  if (own?.budget === undefined) return null
  const [standings] = await limits.peek([own])
  const window = standings?.windows.find(({ limit }) => limit === 'budget')
  const used = window?.used ?? 0
  return { amount: own.budget.amountNanos, left: Math.max(0, own.budget.amountNanos - used), reset: own.budget.reset }
}

function generation(record: StoredUsageRecord, forOperator: boolean): z.input<typeof generationShape> {
  const { usage, durationMs, firstByteMs } = record
  const cost = usdOf(BigInt(record.costNanos))
  return {
    id: record.requestId,
    upstream_id: null,
    total_cost: cost,
    usage: cost,
    cache_discount: null,
    upstream_inference_cost: forOperator ? usdOf(BigInt(record.providerCostNanos)) : null,
    created_at: new Date(record.startedAtMs).toISOString(),
    model: record.model,
    app_id: null,
    streamed: record.stream,
    cancelled: record.errorCode === 'client_gone',
    provider_name: forOperator ? record.provider : null,
    latency: firstByteMs < 0 ? null : firstByteMs,
    moderation_latency: null,
    generation_time: firstByteMs < 0 ? 0 : Math.max(0, durationMs - firstByteMs),
    finish_reason: null,
    native_finish_reason: null,
    tokens_prompt: usage.input,
    tokens_completion: usage.output,
    native_tokens_prompt: usage.input,
    native_tokens_completion: usage.output,
    native_tokens_completion_images: usage.imageOutput,
    native_tokens_reasoning: usage.reasoning,
    native_tokens_cached: usage.cacheRead,
    num_media_prompt: null,
    num_input_audio_prompt: null,
    num_media_completion: usage.images,
    num_search_results: usage.webSearches,
    origin: '',
    is_byok: false,
    external_user: null,
    api_type: 'completions',
    router: null,
  }
}

function smaller(a: bigint, b: bigint | null): bigint {
  return b === null || a < b ? a : b
}

function usdOf(nanos: bigint): number {
  return Number(dollars(nanos))
}

function centsOf(nanos: bigint): number {
  return Number(dollars(nanos * 100n))
}
