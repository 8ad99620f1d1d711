// How much of its budget each key has used: its cost since the budget last began anew, in the account's time zone.
import { useApi } from '../../api/hooks.ts'
import type { Key, UsageGroup } from '../../api/generated/operations.ts'
import { useNow } from '../../format/use-now.ts'
import type { Reset } from './key-values.ts'

/** Key id -> US$ as decimal text; absent while it loads. */
export function useBudgetsUsed(keys: readonly Key[], timeZone: string): ReadonlyMap<string, string> {
  const resets = new Set(keys.filter(({ revoked_at: revoked }) => revoked === null).map(({ budget }) => budget?.reset))
  const oldest = Math.min(...keys.map(({ created_at: at }) => at))
  const today = dateIn(timeZone, new Date(useNow(300_000)))
  const day = useCostSince(resets.has('day'), today, timeZone)
  const week = useCostSince(resets.has('week'), mondayBefore(today), timeZone)
  const month = useCostSince(resets.has('month'), `${today.slice(0, 8)}01`, timeZone)
  const never = useCostSince(resets.has('never'), String(Number.isFinite(oldest) ? oldest : 0), timeZone)
  const costs: Readonly<Record<Reset, readonly UsageGroup[] | undefined>> = { day, week, month, never }
  return new Map(
    keys.flatMap(({ id, budget }) => {
      const groups = budget === null ? undefined : costs[budget.reset]
      return groups === undefined ? [] : [[id, groups.find(({ name }) => name === id)?.cost ?? '0'] as const]
    }),
  )
}

const MOST_KEYS = 1000

function useCostSince(enabled: boolean, from: string, timeZone: string): readonly UsageGroup[] | undefined {
  const { data } = useApi(
    'getUsage',
    { query: { from, time_zone: timeZone, group_by: 'key', limit: MOST_KEYS } },
    { enabled, staleMs: 30_000 },
  )
  return data?.data.filter((one): one is UsageGroup => 'name' in one)
}

function dateIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
}

/** Budgets of a week begin on its Monday. */
function mondayBefore(date: string): string {
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7))
  return at.toISOString().slice(0, 10)
}
