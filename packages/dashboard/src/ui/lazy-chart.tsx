import { lazy, Suspense, useState } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import type { ChartProps, ChartSeries } from './chart.tsx'
import { uiMessages } from './messages/ui.ts'
import { Skeleton } from './states.tsx'

export type { ChartPoint, ChartSeries } from './chart.tsx'

const TimeChart = lazy(async () => ({ default: (await import('./chart.tsx')).TimeChart }))

export const CHART_COLOURS = [
  'chart-1',
  'chart-2',
  'chart-3',
  'chart-4',
  'chart-5',
  'chart-6',
  'chart-7',
  'chart-8',
] as const

/** A chart over time with its legend; the same figures as a table, one press away. Loaded when it is first needed. */
export function Chart(props: ChartProps) {
  const t = useMessages(uiMessages)
  const [asTable, setAsTable] = useState(false)
  const heightPx = props.heightPx ?? 240
  return (
    <figure className="m-0 min-w-0">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        {props.series.length > 1 ? <Legend series={props.series} /> : <span />}
        <button type="button" onClick={() => setAsTable(!asTable)} className="link text-sm">
          {asTable ? t('asChart') : t('asTable')}
        </button>
      </div>
      {asTable ? (
        <ChartTable {...props} />
      ) : (
        <Suspense
          fallback={
            <div style={{ height: heightPx }}>
              <Skeleton className="h-full w-full" />
            </div>
          }
        >
          <TimeChart {...props} />
        </Suspense>
      )}
    </figure>
  )
}

function Legend({ series }: { readonly series: readonly ChartSeries[] }) {
  return (
    <ul className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-sm text-soft">
      {series.map(({ id, label, colour }) => (
        <li key={id} className="flex min-w-0 items-center gap-1.5">
          <span aria-hidden className="size-2 shrink-0 rounded-sm" style={{ background: `var(--${colour})` }} />
          <span className="truncate">{label}</span>
        </li>
      ))}
    </ul>
  )
}

function ChartTable({ label, series, points, formatTime, formatValue, heightPx = 240 }: ChartProps) {
  const t = useMessages(uiMessages)
  return (
    <div className="overflow-auto" style={{ maxHeight: heightPx }} tabIndex={0} role="region" aria-label={label}>
      <table aria-label={label} className="w-full text-sm">
        <thead>
          <tr className="border-b border-line text-left text-soft">
            <th scope="col">
              <span className="sr-only">{t('time')}</span>
            </th>
            {series.map((one) => (
              <th key={one.id} scope="col" className="px-2 py-1 text-right font-medium">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map(({ at, values }) => (
            <tr key={at} className="border-b border-line last:border-0">
              <th scope="row" className="px-2 py-1 text-left font-normal whitespace-nowrap">
                {formatTime(at)}
              </th>
              {series.map(({ id }) => {
                const value = values[id]
                return (
                  <td key={id} className="tabular px-2 py-1 text-right">
                    {value == null ? t('noData') : formatValue(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
