// Charts over time. Heavy, so only `lazy-chart.tsx` imports this file. Colours come from the tokens, one per series
// in the whole app; every chart can be read as a table as well.
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'

export interface ChartSeries {
  readonly id: string
  readonly label: string
  /** A token: `chart-1` to `chart-8`, `good`, `warn`, `bad`. */
  readonly colour: string
}

export interface ChartPoint {
  /** Unix seconds, where its time begins. */
  readonly at: number
  /** By the id of the series; null = no data, which is not zero. */
  readonly values: Readonly<Record<string, number | null>>
}

export interface ChartProps {
  /** What it shows, with its unit. */
  readonly label: string
  readonly kind: 'line' | 'area' | 'bar'
  /** One on top of the other: only for what adds up. */
  readonly stacked?: boolean
  readonly series: readonly ChartSeries[]
  readonly points: readonly ChartPoint[]
  /** Of a value, with its unit. */
  readonly formatValue: (value: number) => string
  readonly formatTime: (unixSeconds: number) => string
  readonly heightPx?: number
}

const AXIS = { stroke: 'var(--line)', tick: { fill: 'var(--soft)', fontSize: 12 }, tickLine: false } as const

export function TimeChart({
  label,
  kind,
  stacked = false,
  series,
  points,
  formatValue,
  formatTime,
  heightPx = 240,
}: ChartProps) {
  const data = points.map(({ at, values }) => ({ at, ...values }))
  const common = { data, margin: { top: 8, right: 8, bottom: 0, left: 0 }, accessibilityLayer: true } as const
  const frame = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--line)" />,
    <XAxis key="x" dataKey="at" {...AXIS} minTickGap={40} tickFormatter={formatTime} />,
    <YAxis key="y" {...AXIS} axisLine={false} width={68} tickFormatter={formatValue} allowDecimals />,
    <Tooltip
      key="tip"
      cursor={{ stroke: 'var(--line-strong)', fill: 'var(--hover)' }}
      isAnimationActive={false}
      content={({ active, payload, label: at }) =>
        active && payload !== undefined ? (
          <div className="popup min-w-40 px-3 py-2 text-sm">
            <p className="mb-1 font-medium">{formatTime(Number(at))}</p>
            {series.map((one) => {
              const value: unknown = payload.find(({ dataKey }) => dataKey === one.id)?.value
              return typeof value === 'number' ? (
                <p key={one.id} className="flex items-center justify-between gap-4">
                  <span className="flex min-w-0 items-center gap-1.5 text-soft">
                    <span
                      aria-hidden
                      className="size-2 shrink-0 rounded-sm"
                      style={{ background: `var(--${one.colour})` }}
                    />
                    <span className="truncate">{one.label}</span>
                  </span>
                  <span className="tabular font-medium">{formatValue(value)}</span>
                </p>
              ) : null
            })}
          </div>
        ) : null
      }
    />,
  ]
  const shapes = series.map(({ id, label: name, colour }) => {
    const paint = `var(--${colour})`
    const shared = { dataKey: id, name, isAnimationActive: false, ...(stacked ? { stackId: 'all' } : {}) }
    if (kind === 'bar') return <Bar key={id} {...shared} fill={paint} maxBarSize={36} />
    if (kind === 'area')
      return (
        <Area
          key={id}
          {...shared}
          type="monotone"
          stroke={paint}
          fill={paint}
          fillOpacity={stacked ? 0.75 : 0.15}
          strokeWidth={1.5}
        />
      )
    return (
      <Line
        key={id}
        {...shared}
        type="monotone"
        stroke={paint}
        strokeWidth={1.75}
        dot={points.length < 3}
        connectNulls={false}
      />
    )
  })
  return (
    <div role="img" aria-label={label} style={{ height: heightPx }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: heightPx }}>
        {kind === 'bar' ? (
          <BarChart {...common}>{[...frame, ...shapes]}</BarChart>
        ) : kind === 'area' ? (
          <AreaChart {...common}>{[...frame, ...shapes]}</AreaChart>
        ) : (
          <LineChart {...common}>{[...frame, ...shapes]}</LineChart>
        )}
      </ResponsiveContainer>
    </div>
  )
}
