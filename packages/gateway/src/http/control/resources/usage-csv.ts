// Usage and calls as CSV (RFC 4180), for spreadsheets. What a spreadsheet would take for a formula stays text: names of
// models come from whoever calls.
import type { UsageFigures, UsageGroup, UsagePoint } from '../../../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../../../billing/usage/usage-record.ts'
import { dollars } from '../api/fields.ts'

/** `exact`: digits of ours, written as they are. */
type Cell = string | number | { readonly exact: string }

const FIGURES = [
  'calls',
  'errors',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'cost_usd',
  'charged_usd',
]

export function usageCsv(of: readonly (UsagePoint | UsageGroup)[], total: UsageFigures): string {
  const rows: Cell[][] = of.flatMap((one) => {
    if (!('label' in one)) return [['', one.name, ...figures(one)]]
    if (one.groups.length === 0) return [[one.label, '', ...figures(one.total)]]
    return one.groups.map((group) => [one.label, group.name, ...figures(group)])
  })
  return csv([['time', 'group', ...FIGURES], ...rows, ...(of.length === 0 ? [['', '', ...figures(total)]] : [])])
}

export function recordsCsv(records: readonly StoredUsageRecord[]): string {
  const head = [
    'id',
    'time',
    'key',
    'account',
    'endpoint',
    'model',
    'status',
    'error',
    'duration_ms',
    'input_tokens',
    'output_tokens',
    'cost_usd',
    'charged_usd',
  ]
  const rows = records.map((record) => [
    record.requestId,
    new Date(record.startedAtMs).toISOString(),
    record.keyId,
    record.accountId,
    record.endpoint,
    record.model,
    record.status,
    record.errorCode,
    record.durationMs,
    record.usage.input,
    record.usage.output,
    dollars(record.costNanos),
    record.chargedNanos === null ? '' : dollars(record.chargedNanos),
  ])
  return csv([head, ...rows])
}

export function csvResponse(text: string): Response {
  return new Response(text, {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="usage.csv"',
    },
  })
}

function figures({ calls, errors, tokens, costNanos, billedNanos }: UsageFigures): Cell[] {
  const written = tokens.cacheWrite5m + tokens.cacheWrite1h
  return [
    calls,
    errors,
    tokens.input,
    tokens.cacheRead,
    written,
    tokens.output,
    dollars(costNanos),
    dollars(billedNanos),
  ]
}

export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object') return value.exact
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
