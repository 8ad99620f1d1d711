// Sums that come late: a journal may wait for its database for days. A day that was summed already is summed anew; one
// whose hours are deleted gets what is late directly.
import type { RollupEntry } from './rollup-batch.ts'
import type { UsageState } from './usage-state.ts'

const HOURS_A_DAY = 24

export interface SumsByAge {
  readonly hours: readonly RollupEntry[]
  /** Their slots are days. */
  readonly days: readonly RollupEntry[]
  /** What the mark must be set to, null = it stays. */
  readonly daysUntil: number | null
}

/** @param entries sorted by slot */
export function splitByAge(entries: readonly RollupEntry[], state: UsageState): SumsByAge {
  const first = entries.findIndex(({ slot }) => slot >= state.hoursFrom)
  const hours = first === -1 ? [] : entries.slice(first)
  const late = first === -1 ? entries : entries.slice(0, first)
  const days = mergedByDay(late)
  const earliest = Math.floor((hours[0]?.slot ?? Infinity) / HOURS_A_DAY)
  return { hours, days, daysUntil: earliest < state.daysUntil ? earliest : null }
}

function mergedByDay(late: readonly RollupEntry[]): RollupEntry[] {
  const days = new Map<string, RollupEntry>()
  for (const entry of late) {
    const slot = Math.floor(entry.slot / HOURS_A_DAY)
    const name = `${slot} ${entry.key} ${entry.series}`
    const day = days.get(name)
    if (day === undefined) days.set(name, { ...entry, slot, sums: [...entry.sums] })
    else for (const [index, value] of entry.sums.entries()) day.sums[index] = (day.sums[index] ?? 0) + value
  }
  return [...days.values()]
}
