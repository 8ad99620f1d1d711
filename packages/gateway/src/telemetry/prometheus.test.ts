import { describe, expect, it } from 'vitest'
import { counter, gauge, processMetrics, renderPrometheus } from './prometheus.ts'

describe('renderPrometheus', () => {
  it('writes counters and gauges with their help and type', () => {
    expect(
      renderPrometheus([counter('calls_total', 'Calls.', 3), gauge('up', 'Is it up?', 1, { provider: 'a' })]),
    ).toBe(
      '# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total 3\n# HELP up Is it up?\n# TYPE up gauge\nup{provider="a"} 1\n',
    )
  })

  it('adds up the buckets of a histogram, which come apart', () => {
    const buckets = { bounds: [0.1, 1], counts: [2, 3, 4], sum: 12.5 }
    const samples = [{ labels: { model: 'x' }, buckets }]
    expect(renderPrometheus([{ name: 'seconds', help: 'Time.', type: 'histogram', samples }])).toBe(
      [
        '# HELP seconds Time.',
        '# TYPE seconds histogram',
        'seconds_bucket{model="x",le="0.1"} 2',
        'seconds_bucket{model="x",le="1"} 5',
        'seconds_bucket{model="x",le="+Inf"} 9',
        'seconds_sum{model="x"} 12.5',
        'seconds_count{model="x"} 9',
        '',
      ].join('\n'),
    )
  })

  it('lets no label or help text break out of its place', () => {
    const text = renderPrometheus([gauge('g', 'Back\\slash and\nnew line "quoted"', 1, { model: 'a"b\\c\nd' })])
    expect(text).toBe('# HELP g Back\\\\slash and\\nnew line "quoted"\n# TYPE g gauge\ng{model="a\\"b\\\\c\\nd"} 1\n')
  })

  it('writes numbers that JSON does not know', () => {
    const text = renderPrometheus(
      [Number.NaN, Infinity, -Infinity, 1e21].map((value, index) => gauge(`g${index}`, '', value)),
    )
    expect(text.match(/^g.*$/gm)).toEqual(['g0 NaN', 'g1 +Inf', 'g2 -Inf', 'g3 1e+21'])
  })
})

describe('processMetrics', () => {
  it('tells of memory, CPU and start', () => {
    const byName = new Map(processMetrics(5000).map(({ name, samples }) => [name, samples[0]?.value]))
    expect(byName.get('process_start_time_seconds')).toBe(5)
    expect(byName.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect(byName.get('process_cpu_seconds_total')).toBeGreaterThan(0)
  })
})
