// The result as Markdown: it reads the same on a terminal and in docs/benchmarks.md.
import { isNoisy, NOISY_SHARE, NOISY_STOLEN_SHARE } from './block.ts'
import type { Machine } from './machine.ts'
import type { BenchOptions } from './options.ts'
import type { ServerName } from './servers.ts'
import type { SessionResult } from './session.ts'
import type { Spread } from './stats.ts'
import { byRound, measured, MEASURES, ratio, targets } from './summary.ts'
import type { Measure } from './summary.ts'

/** Below this share of its core, a server in a closed loop was waiting for the load generator, not the other way round. */
const SATURATED_SHARE = 0.9

export function renderReport(result: SessionResult, options: BenchOptions, machine: Machine): string {
  return [
    `## ${machine.date}, commit ${machine.commit}`,
    renderRun(result, options, machine),
    renderTargets(result),
    renderTable(result),
    renderNotes(result, options),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function renderRun(result: SessionResult, options: BenchOptions, machine: Machine): string {
  const failed = result.blocks.reduce((sum, block) => sum + block.failed, 0)
  const noisy = result.blocks.filter(isNoisy).length
  const lines = [
    `- ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}; Node ${machine.node}; ${machine.nginx}`,
    `- \`${machine.command}\` (seed ${options.seed}): ${options.blocks} blocks of ${options.seconds} s`,
    `- half load: ${result.halfLoadPerSecond} streams per second`,
    `- ${noisy} of ${result.blocks.length} blocks were noisy (more than ${NOISY_SHARE * 100} % of the server's core went to others, or, where latencies are measured, more than ${NOISY_STOLEN_SHARE * 100} % of a core was stolen from it and the load's), after ${result.repeated} had been run again`,
    failed === 0 ? '- no failed request' : `- **THIS RUN HAS ERRORS: ${failed} failed requests, see the notes**`,
  ]
  return lines.join('\n')
}

function renderTargets(result: SessionResult): string {
  const rows = targets(result).map((row) => [row.label, row.wanted, range(row.got, 2), row.met ? 'yes' : '**no**'])
  return rows.length === 0 ? '' : table(['Target', 'wanted', 'measured', 'met'], rows)
}

function renderTable(result: SessionResult): string {
  const rows: string[][] = []
  for (const measure of MEASURES) {
    const values = result.servers.map((server) => valueCell(result, server, measure))
    if (values.every((cell) => cell === '')) continue
    rows.push([`${measure.label}${unitOf(measure)}`, ...values])
    if (!measure.ratios) continue
    for (const baseline of ['floor', 'nginx'] as const) {
      if (!result.servers.includes(baseline)) continue
      const cells = result.servers.map((server) =>
        server === 'direct' ? '' : range(ratio(result, server, baseline, measure), 2),
      )
      rows.push([`– ratio to ${baseline}`, ...cells])
    }
  }
  const lag = result.servers.map((server) => ((result.reportedLagSeconds[server] ?? Number.NaN) * 1000).toFixed(1))
  if (lag.some((cell) => cell !== 'NaN')) {
    rows.push(['Longest block of the event loop, own gauge, ms', ...lag.map((cell) => cell.replace('NaN', ''))])
  }
  if (result.idle.length > 0) {
    const cells = result.servers.map((server) => {
      const idle = result.idle.find((entry) => entry.server === server)
      return idle === undefined ? '' : (idle.bytesPerStream / 1024).toFixed(1)
    })
    rows.push([`Memory per idle stream (${result.idle[0]?.streams} streams), KiB`, ...cells])
  }
  return rows.length === 0 ? '' : table(['Median (spread)', ...result.servers], rows)
}

function valueCell(result: SessionResult, server: ServerName, measure: Measure): string {
  if (server === 'direct' && (measure.added || measure.figure === 'deferred')) return ''
  const scale = measure.unit === 'ms' ? 1 / 1000 : measure.unit === 'share' ? 100 : 1
  const value = measured(result, server, measure)
  const scaled = { ...value, median: value.median * scale, low: value.low * scale, high: value.high * scale }
  const digits = { us: 1, ms: 2, '1/s': 0, x: 2, share: 0 }[measure.unit]
  if (value.count === 0) return ''
  const busy = [...byRound(result, server, measure.scenario, 'serverBusyShare').values()]
  const starved = measure.unit === '1/s' && server !== 'direct' && Math.max(...busy) < SATURATED_SHARE
  return starved ? `at least ${range(scaled, digits)}` : range(scaled, digits)
}

function unitOf(measure: Measure): string {
  return { us: ', µs', ms: ', ms', '1/s': ', per second', x: '', share: ', %' }[measure.unit]
}

function renderNotes(result: SessionResult, options: BenchOptions): string {
  const notes = [...result.notes]
  for (const block of result.blocks.filter((entry) => entry.failed > 0)) {
    notes.push(`${block.server}, ${block.scenario}, block ${block.round + 1}: ${block.failures}`)
  }
  for (const idle of result.idle.filter((entry) => entry.upstreamsOpenAfterOneSecond > 0)) {
    notes.push(
      `${idle.server}: ${idle.upstreamsOpenAfterOneSecond} upstream streams still open 1 s after their clients left`,
    )
  }
  if (options.blocks < 4) notes.push('two or three short blocks are a first look, not a claim')
  return notes.map((note) => `- ${note.replaceAll('\n', ' ')}`).join('\n')
}

function range(value: Spread, digits: number): string {
  if (value.count === 0) return ''
  const median = value.median.toFixed(digits)
  return value.count === 1 ? median : `${median} (${value.low.toFixed(digits)}..${value.high.toFixed(digits)})`
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
