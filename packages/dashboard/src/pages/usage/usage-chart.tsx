import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Chart, CHART_COLOURS, type ChartPoint, type ChartSeries } from '../../ui/lazy-chart.tsx'
import { useGroupName } from './group-name.ts'
import { usageMessages } from './messages.ts'
import { tokensOf } from './usage-figures.tsx'
import type { Usage } from './usage-page.tsx'
import type { Grouping, Measure } from './usage-search.ts'

type Point = Extract<Usage['data'][number], { readonly label: string }>
type Figures = Point['total']

/** Groups that have a colour of their own; the rest is one more. */
const MOST_GROUPS = 7
const OTHERS = 'others'

interface UsageChartProps {
  readonly measure: Measure
  readonly grouping: Grouping
  readonly now: Usage
  readonly before: Usage | undefined
}

export function UsageChart({ measure, grouping, now, before }: UsageChartProps) {
  const t = useMessages(usageMessages)
  const f = useFormatter()
  const nameOf = useGroupName(grouping)
  const points = pointsOf(now)
  const formatValue = measure === 'spend' ? f.moneyShort : measure === 'latency' ? f.duration : f.numberShort
  const formatTime = now.step === 'hour' ? f.dateTime : now.step === 'month' ? monthOf(f.date) : f.date
  const common = { formatValue, formatTime, label: t(`${measure}Chart`), heightPx: 280 } as const
  if (measure === 'latency') {
    return <Chart {...common} kind="line" series={latencySeries(t)} points={points.map(latencyPoint)} />
  }
  if (before !== undefined) {
    const earlier = pointsOf(before)
    const series: ChartSeries[] = [
      { id: 'now', label: t('now'), colour: 'chart-1' },
      { id: 'earlier', label: t('earlier'), colour: 'chart-8' },
    ]
    const values = points.map(({ start, total }, index) => {
      const was = earlier[index]
      return {
        at: start,
        values: { now: figure(total, measure), earlier: was === undefined ? null : figure(was.total, measure) },
      }
    })
    return <Chart {...common} kind="line" series={series} points={values} />
  }
  const names = largest(points, measure)
  const series = names.map((name, index): ChartSeries => ({
    id: name,
    label: name === OTHERS ? t('others') : nameOf(name),
    colour: name === OTHERS ? 'chart-8' : (CHART_COLOURS[index] ?? 'chart-8'),
  }))
  return (
    <Chart
      {...common}
      kind="bar"
      stacked
      series={series}
      points={points.map((point) => shares(point, names, measure))}
    />
  )
}

function pointsOf({ data }: Usage): readonly Point[] {
  return data.filter((one): one is Point => 'label' in one)
}

function figure(of: Omit<Figures, 'name'>, measure: Exclude<Measure, 'latency'>): number {
  switch (measure) {
    case 'spend':
      return Number(of.cost)
    case 'tokens':
      return tokensOf(of)
    case 'calls':
      return of.calls
    case 'errors':
      return of.errors
  }
}

/** By name, the largest first over all points. */
function largest(points: readonly Point[], measure: Exclude<Measure, 'latency'>): string[] {
  const sums = new Map<string, number>()
  for (const { groups } of points)
    for (const group of groups) sums.set(group.name, (sums.get(group.name) ?? 0) + figure(group, measure))
  const names = [...sums].toSorted((a, b) => b[1] - a[1]).map(([name]) => name)
  return names.length <= MOST_GROUPS + 1 ? names : [...names.slice(0, MOST_GROUPS), OTHERS]
}

function shares(point: Point, names: readonly string[], measure: Exclude<Measure, 'latency'>): ChartPoint {
  const values: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]))
  for (const group of point.groups) {
    const name = names.includes(group.name) ? group.name : OTHERS
    values[name] = (values[name] ?? 0) + figure(group, measure)
  }
  return { at: point.start, values }
}

function latencySeries(t: (key: 'p50Line' | 'p95Line' | 'firstLine') => string): ChartSeries[] {
  return [
    { id: 'p50', label: t('p50Line'), colour: 'chart-1' },
    { id: 'p95', label: t('p95Line'), colour: 'chart-2' },
    { id: 'first', label: t('firstLine'), colour: 'chart-3' },
  ]
}

/** Where there was no call there is no latency: a gap, not zero. */
function latencyPoint({ start, total }: Point): ChartPoint {
  const { duration, first_token: first } = total
  return {
    at: start,
    values: { p50: duration?.p50_ms ?? null, p95: duration?.p95_ms ?? null, first: first?.p50_ms ?? null },
  }
}

/** The middle of the month is in it, wherever the reader is. */
function monthOf(date: (at: number) => string): (at: number) => string {
  return (at) => date(at)
}
