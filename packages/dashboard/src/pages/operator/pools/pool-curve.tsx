import { lazy, Suspense, useState } from 'react'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Skeleton } from '../../../ui/states.tsx'
import { poolMessages } from '../messages/pools.ts'
import type { Pool } from './pool-cards.tsx'

const PoolChart = lazy(async () => ({ default: (await import('./pool-chart.tsx')).PoolChart }))

export type CurvePoint = NonNullable<Pool['now']>

const SERIES = [
  ['seriesModels', 'bg-chart-8 size-2 rounded-full'],
  ['seriesWhole', 'h-0 w-4 border-t-2 border-dashed border-line-strong'],
  ['seriesCurve', 'bg-accent h-0.5 w-4'],
  ['seriesNow', 'size-2.5 rounded-full border-2 border-accent bg-surface'],
] as const

/** The chart, and a knob to try: what another trade-off would give. It changes nothing. */
export function PoolCurve({ pool, now }: { readonly pool: Pool; readonly now: CurvePoint }) {
  const t = useMessages(poolMessages)
  const format = useFormatter()
  const [tried, setTried] = useState<number | null>(null)
  const at = (tried === null ? undefined : pool.curve.find(({ tradeoff }) => tradeoff === tried)) ?? now
  const baseline = pool.members.find(({ id }) => id === pool.baseline)
  const baselineCost = Number(baseline?.cost ?? 0)
  return (
    <div className="flex flex-col gap-3">
      <ul className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-sm text-soft">
        {SERIES.map(([key, look]) => (
          <li key={key} className="flex items-center gap-1.5">
            <span aria-hidden className={`shrink-0 ${look}`} />
            {t(key)}
          </li>
        ))}
      </ul>
      <Suspense
        fallback={
          <div className="h-72">
            <Skeleton className="h-full w-full" />
          </div>
        }
      >
        <PoolChart pool={pool} at={at} />
      </Suspense>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <label className="flex min-w-56 flex-1 items-center gap-3 text-sm text-soft sm:max-w-md">
          <span className="shrink-0">{t('tryKnob')}</span>
          <input
            type="range"
            min={0}
            max={10}
            step={0.5}
            value={at.tradeoff}
            aria-valuetext={format.number(at.tradeoff)}
            onChange={(event) => setTried(Number(event.target.value))}
            className="h-6 min-w-0 flex-1 accent-accent"
          />
        </label>
        <output className="tabular text-base">
          {t('atKnob', {
            tradeoff: format.number(at.tradeoff),
            quality: format.percent(at.quality),
            cost: format.money(1000 * Number(at.cost)),
          })}
          {at.tradeoff === now.tradeoff && ` (${t('asConfigured')})`}
        </output>
        {at.tradeoff !== now.tradeoff && (
          <Button size="sm" tone="quiet" onClick={() => setTried(null)}>
            {t('asConfigured')}
          </Button>
        )}
        {baseline !== undefined && baselineCost > 0 && (
          <span className="text-sm text-soft">
            {t('againstBaseline', { share: format.percent(Number(at.cost) / baselineCost, 0), baseline: baseline.id })}
          </span>
        )}
      </div>
    </div>
  )
}
