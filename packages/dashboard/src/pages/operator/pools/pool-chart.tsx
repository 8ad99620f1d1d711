// Heavy, so only `pool-curve.tsx` imports this file, lazily. The table of the members says the same in figures.
import {
  CartesianGrid,
  ReferenceDot,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { poolMessages } from '../messages/pools.ts'
import type { Pool } from './pool-cards.tsx'
import type { CurvePoint } from './pool-curve.tsx'

interface Dot {
  readonly name: string
  /** US$ for 1,000 requests; above zero, because the axis is logarithmic. */
  readonly cost: number
  readonly quality: number
}

const HEIGHT_PX = 288
const AXIS = { stroke: 'var(--line)', tick: { fill: 'var(--soft)', fontSize: 12 }, tickLine: false } as const
const MOST_TICKS = 7

export function PoolChart({ pool, at }: { readonly pool: Pool; readonly at: CurvePoint }) {
  const t = useMessages(poolMessages)
  const format = useFormatter()
  const priced = pool.members.filter(({ cost }) => cost !== null)
  const paid = priced.map(({ cost }) => 1000 * Number(cost)).filter((cost) => cost > 0)
  // What costs nothing stands at the left edge.
  const least = paid.length === 0 ? 1 : Math.min(...paid) / 1.6
  const most = paid.length === 0 ? 10 : Math.max(...paid) * 1.6
  const dotOf = (name: string, cost: string, quality: number): Dot => ({
    name,
    cost: Math.max(least, 1000 * Number(cost)),
    quality,
  })
  const along = (points: readonly CurvePoint[]): Dot[] =>
    points.map(({ tradeoff, cost, quality }) => dotOf(`${t('knob')} ${format.number(tradeoff)}`, cost, quality))
  const models = priced.map(({ id, cost, quality }) => dotOf(id, cost ?? '0', quality))
  const here = dotOf('', at.cost, at.quality)
  const qualities = [...models, here, ...along(pool.whole_curve)].map(({ quality }) => quality)
  const low = Math.max(0, Math.floor(Math.min(...qualities) * 20 - 0.5) / 20)
  const high = Math.min(1, Math.ceil(Math.max(...qualities) * 20 + 0.5) / 20)
  return (
    <div role="img" aria-label={t('chart', { id: pool.id })} style={{ height: HEIGHT_PX }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: HEIGHT_PX }}>
        <ScatterChart margin={{ top: 8, right: 16, bottom: 0, left: 0 }} accessibilityLayer>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            {...AXIS}
            type="number"
            dataKey="cost"
            scale="log"
            domain={[least, most]}
            ticks={ticksBetween(least, most)}
            allowDataOverflow
            tickFormatter={(value: number) => format.moneyShort(value)}
          />
          <YAxis
            {...AXIS}
            type="number"
            dataKey="quality"
            axisLine={false}
            width={48}
            domain={[low, high]}
            tickFormatter={(value: number) => format.percent(value, 0)}
          />
          <Tooltip
            cursor={false}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const dot: unknown = payload?.[0]?.payload
              return active && isDot(dot) ? (
                <div className="popup px-3 py-2 text-sm">
                  <p className="font-medium">{dot.name}</p>
                  <p className="tabular text-soft">
                    {format.percent(dot.quality)} · {t('per1000', { cost: format.money(dot.cost) })}
                  </p>
                </div>
              ) : null
            }}
          />
          <Scatter
            data={along(pool.whole_curve)}
            line={{ stroke: 'var(--line-strong)', strokeWidth: 2, strokeDasharray: '5 4' }}
            shape={nothing}
            isAnimationActive={false}
          />
          <Scatter data={models} fill="var(--chart-8)" shape={modelDot} isAnimationActive={false} />
          <Scatter
            data={along(pool.curve)}
            line={{ stroke: 'var(--accent)', strokeWidth: 2 }}
            shape={knobDot}
            isAnimationActive={false}
          />
          <ReferenceDot
            x={here.cost}
            y={here.quality}
            r={7}
            fill="var(--surface)"
            stroke="var(--accent)"
            strokeWidth={3}
          />
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  )
}

interface Place {
  readonly cx?: number | undefined
  readonly cy?: number | undefined
}

const nothing = (): React.JSX.Element => <g />
const modelDot = ({ cx, cy }: Place): React.JSX.Element => <circle cx={cx} cy={cy} r={4} fill="var(--chart-8)" />
const knobDot = ({ cx, cy }: Place): React.JSX.Element => <circle cx={cx} cy={cy} r={2.5} fill="var(--accent)" />

function isDot(value: unknown): value is Dot {
  return typeof value === 'object' && value !== null && 'cost' in value && 'quality' in value && 'name' in value
}

/** 1, 2 and 5 of each power of ten; of a wide range the powers alone. */
function ticksBetween(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least))
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) - first + 1 }, (_, index) => 10 ** (first + index))
  const within = (ticks: readonly number[]): number[] => ticks.filter((tick) => tick >= least && tick <= most)
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power]))
  return fine.length <= MOST_TICKS ? fine : within(powers)
}
