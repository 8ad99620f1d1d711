import { expect, test } from 'vitest'
import { benchmarksPage } from './benchmarks-page.ts'
import { isNoisy, quieter } from './block.ts'
import type { Block } from './block.ts'
import { parseOptions } from './options.ts'
import { renderReport } from './report.ts'
import type { ServerName } from './servers.ts'
import type { SessionResult } from './session.ts'
import { MEASURES, ratio, targets } from './summary.ts'

const CPU = MEASURES[0]!
const MACHINE = {
  date: '2026-01-02 03:04',
  commit: 'abc',
  cpu: 'a CPU',
  cores: 2,
  kernel: '6',
  node: '26',
  nginx: 'no nginx',
  command: 'npm run bench',
}

function block(server: ServerName, round: number, cpu: number, more: Partial<Block> = {}): Block {
  return {
    round,
    scenario: 'json-1k',
    server,
    figures: { cpu, perSecond: 1e6 / cpu },
    failed: 0,
    failures: '',
    foreignShare: 0,
    stolenShare: 0,
    ...more,
  }
}

function session(blocks: Block[]): SessionResult {
  const servers = [...new Set(blocks.map((entry) => entry.server))]
  return { servers, blocks, repeated: 0, idle: [], notes: [], halfLoadPerSecond: 0, reportedLagSeconds: {} }
}

test('a ratio is taken within a round, so that a slow minute falls out', () => {
  const result = session(
    [1, 5, 1].flatMap((slow, round) => [block('floor', round, 30 * slow), block('fairlead-bare', round, 33 * slow)]),
  )
  const found = ratio(result, 'fairlead-bare', 'floor', CPU)
  expect(found.median).toBeCloseTo(1.1)
  expect(found.high).toBeCloseTo(1.1)
})

test('noisy rounds are left out while half of all remain quiet, and count where they do not', () => {
  const noisy = { foreignShare: 0.5 }
  const blocks = [0, 1, 2].flatMap((round) => [block('floor', round, 30), block('fairlead-bare', round, 36)])
  const result = session([...blocks, block('floor', 3, 30, noisy), block('fairlead-bare', 3, 300, noisy)])
  expect(ratio(result, 'fairlead-bare', 'floor', CPU)).toMatchObject({ high: 1.2, count: 3 })
  const loud = session(result.blocks.map((entry) => (entry.round === 0 ? entry : { ...entry, ...noisy })))
  expect(ratio(loud, 'fairlead-bare', 'floor', CPU)).toMatchObject({ median: 1.2, high: 10, count: 4 })
})

test('time stolen by the hypervisor spoils a latency and not the cost of a request', () => {
  const stolen = { stolenShare: 0.01 }
  const cost = block('floor', 0, 30, stolen)
  const latency = block('floor', 0, 30, { ...stolen, scenario: 'ttft' })
  expect([cost, latency].map(isNoisy)).toEqual([false, true])
  const foreign = { ...latency, stolenShare: 0, foreignShare: 0.06 }
  expect([quieter(latency, foreign), quieter(foreign, latency)]).toEqual([foreign, foreign])
})

test('a target is missed by the median, and not mentioned when nothing was measured', () => {
  const result = session([0, 1].flatMap((round) => [block('floor', round, 30), block('fairlead-bare', round, 37)]))
  expect(targets(result).map(({ label, met }) => [label, met])).toEqual([
    ['CPU per request, bare, to the floor', false],
  ])
})

test('a run with failed requests says so, and older results stay on the page', () => {
  const options = parseOptions(['--seed', '7', '--quick'])
  const good = renderReport(session([block('floor', 0, 30)]), options, MACHINE)
  const bad = renderReport(session([block('floor', 0, 30, { failed: 3, failures: '3 x status 500' })]), options, {
    ...MACHINE,
    commit: 'def',
  })
  expect(good).toContain('no failed request')
  expect(bad).toContain('THIS RUN HAS ERRORS: 3')
  const page = benchmarksPage(benchmarksPage('', good), bad)
  expect(page.match(/^# Benchmarks/gm)).toHaveLength(1)
  expect(page.indexOf('commit def')).toBeLessThan(page.indexOf('commit abc'))
})

test('flags that mean nothing are refused with the ones that do', () => {
  expect(() => parseOptions(['--servers', 'apache'])).toThrow(/"apache" is not one of direct, nginx/)
  expect(() => parseOptions(['--blocks', '0'])).toThrow(/--blocks takes a number above 0/)
  expect(() => parseOptions(['--repeats', 'often'])).toThrow(/--repeats takes a number above 0/)
  expect(parseOptions(['--only', 'json,idle']).scenarios).toEqual(['json-1k', 'json-2k', 'json-32k', 'json-256k'])
})
