// From blocks to figures: medians and ranges over rounds, ratios of blocks of the same round, and the targets that the
// project has set itself. A ratio is always taken within a round, because there the machine was the same for both.
import { isNoisy } from './block.ts'
import type { Block } from './block.ts'
import type { ScenarioName } from './scenarios.ts'
import type { ServerName } from './servers.ts'
import type { SessionResult } from './session.ts'
import { spread } from './stats.ts'
import type { Spread } from './stats.ts'

export type Measure = {
  label: string
  scenario: ScenarioName
  figure: string
  unit: 'us' | 'ms' | '1/s' | 'x' | 'share'
  /** Compare with floor and nginx. */
  ratios?: boolean
  /** Take the figure of `direct` in the same round off: what is left is what the server added. */
  added?: boolean
}

/** The rows of the report, in their order. */
export const MEASURES: readonly Measure[] = [
  { label: 'CPU per request, 1 KiB', scenario: 'json-1k', figure: 'cpu', unit: 'us', ratios: true },
  { label: '– of it deferred (after the reply)', scenario: 'json-1k', figure: 'deferred', unit: 'us' },
  { label: 'CPU per request, 2 KiB', scenario: 'json-2k', figure: 'cpu', unit: 'us', ratios: true },
  { label: 'CPU per request, 32 KiB', scenario: 'json-32k', figure: 'cpu', unit: 'us', ratios: true },
  { label: 'CPU per request, 256 KiB', scenario: 'json-256k', figure: 'cpu', unit: 'us', ratios: true },
  { label: 'CPU per streamed chunk', scenario: 'sse', figure: 'cpu', unit: 'us', ratios: true },
  { label: '– of it deferred (after the reply)', scenario: 'sse', figure: 'deferred', unit: 'us' },
  { label: 'Events per read at the client', scenario: 'sse', figure: 'eventsPerRead', unit: 'x' },
  { label: 'Maximum rate, 1 KiB', scenario: 'json-1k', figure: 'perSecond', unit: '1/s', ratios: true },
  { label: 'Maximum rate, 32 KiB', scenario: 'json-32k', figure: 'perSecond', unit: '1/s', ratios: true },
  { label: 'Maximum rate, 256 KiB', scenario: 'json-256k', figure: 'perSecond', unit: '1/s', ratios: true },
  {
    label: 'Core of load and mock, busy at that rate (1 KiB)',
    scenario: 'json-1k',
    figure: 'generatorShare',
    unit: 'share',
  },
  { label: 'Added latency p50 at 1,000/s', scenario: 'rate-1000', figure: 'p50', unit: 'ms', added: true },
  { label: 'Added latency p99 at 1,000/s', scenario: 'rate-1000', figure: 'p99', unit: 'ms', added: true },
  { label: 'Added latency p50 at 4,000/s', scenario: 'rate-4000', figure: 'p50', unit: 'ms', added: true },
  { label: 'Added latency p99 at 4,000/s', scenario: 'rate-4000', figure: 'p99', unit: 'ms', added: true },
  { label: 'Added time to first token p50, half load', scenario: 'ttft', figure: 'p50', unit: 'ms', added: true },
  { label: 'Added time to first token p99, half load', scenario: 'ttft', figure: 'p99', unit: 'ms', added: true },
  { label: '– over a new connection, p50', scenario: 'ttft', figure: 'openingP50', unit: 'ms', added: true },
  { label: 'Added delay per chunk p50', scenario: 'sse', figure: 'delayP50', unit: 'ms', added: true },
  { label: 'Added delay per chunk p99', scenario: 'sse', figure: 'delayP99', unit: 'ms', added: true },
  { label: '1 KiB beside 256 KiB: added p99', scenario: 'mixed', figure: 'p99', unit: 'ms', added: true },
  { label: '1 KiB beside 256 KiB: worst request', scenario: 'mixed', figure: 'max', unit: 'ms' },
]

/** One figure of one server by round; noisy rounds are left out as long as half of them remain. */
export function byRound(
  result: SessionResult,
  server: ServerName,
  scenario: ScenarioName,
  figure: string,
): Map<number, number> {
  const blocks = result.blocks.filter((block) => block.server === server && block.scenario === scenario)
  const quiet = blocks.filter((block) => !isNoisy(block))
  const used = quiet.length * 2 >= blocks.length ? quiet : blocks
  return new Map(used.map((block) => [block.round, block.figures[figure] ?? Number.NaN]))
}

/** The measure's figure for a server, over the rounds. */
export function measured(result: SessionResult, server: ServerName, measure: Measure): Spread {
  if (measure.added) return paired(result, server, 'direct', measure, (value, direct) => value - direct)
  return spread([...byRound(result, server, measure.scenario, measure.figure).values()])
}

/** The ratio of a server to a baseline, round by round. */
export function ratio(result: SessionResult, server: ServerName, baseline: ServerName, measure: Measure): Spread {
  return paired(result, server, baseline, measure, (value, base) => value / base)
}

/** Round by round; where fewer than half of the rounds were quiet for both, all of them count, for noise falls on both. */
function paired(
  result: SessionResult,
  server: ServerName,
  baseline: ServerName,
  { scenario, figure }: Measure,
  combine: (own: number, base: number) => number,
): Spread {
  const blocksOf = (name: ServerName): Block[] =>
    result.blocks.filter((block) => block.server === name && block.scenario === scenario)
  const base = new Map(blocksOf(baseline).map((block) => [block.round, block]))
  const pairs = blocksOf(server).flatMap((own) => {
    const other = base.get(own.round)
    return other === undefined ? [] : [{ own, other }]
  })
  const quiet = pairs.filter(({ own, other }) => !isNoisy(own) && !isNoisy(other))
  const used = quiet.length * 2 >= pairs.length ? quiet : pairs
  return spread(
    used.map(({ own, other }) => combine(own.figures[figure] ?? Number.NaN, other.figures[figure] ?? Number.NaN)),
  )
}

export type Target = { label: string; wanted: string; got: Spread; met: boolean }

/** The targets, as far as this run can speak about them. */
export function targets(result: SessionResult): Target[] {
  const find = (scenario: ScenarioName, figure: string): Measure => {
    const found = MEASURES.find((measure) => measure.scenario === scenario && measure.figure === figure)
    if (found === undefined) throw new Error(`no measure ${scenario} ${figure}`)
    return found
  }
  const cpu = find('json-1k', 'cpu')
  const chunk = find('sse', 'cpu')
  const milli = (value: Spread): Spread => ({
    ...value,
    median: value.median / 1000,
    low: value.low / 1000,
    high: value.high / 1000,
  })
  const most = (label: string, got: Spread, limit: number, unit: string): Target => ({
    label,
    wanted: `at most ${limit} ${unit}`,
    got,
    met: got.median <= limit,
  })
  const rows = [
    most('CPU per request, bare, to the floor', ratio(result, 'fairlead-bare', 'floor', cpu), 1.2, 'x'),
    most('CPU per request, product, to the floor', ratio(result, 'fairlead-product', 'floor', cpu), 1.4, 'x'),
    most('CPU per request, paid, to the floor', ratio(result, 'fairlead-paid', 'floor', cpu), 1.55, 'x'),
    most('CPU per request, cluster, to the floor', ratio(result, 'fairlead-cluster', 'floor', cpu), 1.6, 'x'),
    most('CPU per request, paid cluster, to the floor', ratio(result, 'fairlead-paid-cluster', 'floor', cpu), 1.7, 'x'),
    most('CPU per chunk, bare, to the floor', ratio(result, 'fairlead-bare', 'floor', chunk), 1.25, 'x'),
    most('CPU per chunk, product, to the floor', ratio(result, 'fairlead-product', 'floor', chunk), 1.25, 'x'),
  ]
  const small = find('json-2k', 'cpu')
  const translated = (measure: Measure): Spread => ratio(result, 'fairlead-translated', 'fairlead-product', measure)
  rows.push(most('CPU per request, translated, to passed through (2 KiB)', translated(small), 2.5, 'x'))
  rows.push(most('CPU per chunk, translated, to passed through', translated(chunk), 3, 'x'))
  const portkey = ratio(result, 'fairlead-product', 'portkey', find('json-1k', 'perSecond'))
  rows.push({ label: "Rate, product, to Portkey's", wanted: 'at least 10 x', got: portkey, met: portkey.median >= 10 })
  const first = (figure: string): Spread => milli(measured(result, 'fairlead-product', find('ttft', figure)))
  rows.push(most('Added time to first token p50, product', first('p50'), 0.5, 'ms'))
  rows.push(most('Added time to first token p99, product', first('p99'), 3, 'ms'))
  for (const idle of result.idle.filter((entry) => entry.server.startsWith('fairlead'))) {
    rows.push(most(`Memory per idle stream, ${idle.server}`, spread([idle.bytesPerStream / 1024]), 64, 'KiB'))
  }
  return rows.filter((row) => row.got.count > 0)
}
