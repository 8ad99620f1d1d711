// Counters and histograms of the data plane: fixed arrays and maps, no library, nothing allocated for a known series.
//
// /!\ Hot path: `add` and `observe`.

import type { MetricFamily, MetricSample } from './metric-family.ts'

export interface CounterSeries {
  readonly labels: readonly string[]
  value: number
}

/** A counter or a gauge with labels; label values come from configuration, never from a client, so series are few. */
export class Counter {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly type: 'counter' | 'gauge'
  readonly #values = new Map<string, CounterSeries>()

  constructor(name: string, help: string, labelNames: readonly string[], type: 'counter' | 'gauge' = 'counter') {
    this.name = name
    this.help = help
    this.labelNames = labelNames
    this.type = type
  }

  add(count: number, ...labels: readonly string[]): void {
    this.series(...labels).value += count
  }

  /** The series itself, for those who count in it often. */
  series(...labels: readonly string[]): CounterSeries {
    const key = labels.join('\u0000')
    let series = this.#values.get(key)
    if (series === undefined) this.#values.set(key, (series = { labels, value: 0 }))
    return series
  }

  set(value: number, ...labels: readonly string[]): void {
    this.#values.set(labels.join('\u0000'), { labels, value })
  }

  family(): MetricFamily {
    const samples = [...this.#values.values()].map(({ labels, value }) => ({
      labels: named(this.labelNames, labels),
      value,
    }))
    return { name: this.name, help: this.help, type: this.type, samples }
  }
}

interface HistogramSeries {
  readonly labels: readonly string[]
  readonly counts: number[]
  sum: number
}

export class Histogram {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, HistogramSeries>()

  /** @param bounds upper bounds, ascending, without +Inf */
  constructor(name: string, help: string, bounds: readonly number[], labelNames: readonly string[]) {
    this.name = name
    this.help = help
    this.labelNames = labelNames
    this.#bounds = bounds
  }

  observe(value: number, label: string): void {
    let series = this.#series.get(label)
    if (series === undefined) {
      series = { labels: [label], counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 }
      this.#series.set(label, series)
    }
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1
    series.counts[index] = (series.counts[index] ?? 0) + 1
    series.sum += value
  }

  family(): MetricFamily {
    const samples: MetricSample[] = [...this.#series.values()].map(({ labels, counts, sum }) => ({
      labels: named(this.labelNames, labels),
      buckets: { bounds: this.#bounds, counts: [...counts], sum },
    }))
    return { name: this.name, help: this.help, type: 'histogram', samples }
  }
}

function named(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
}

/** Sums what several processes counted. Gauges are summed too, but for those whose name says that the largest counts. */
export function mergeFamilies(groups: readonly (readonly MetricFamily[])[]): MetricFamily[] {
  const merged = new Map<string, { family: MetricFamily; samples: Map<string, MetricSample> }>()
  for (const family of groups.flat()) {
    let entry = merged.get(family.name)
    if (entry === undefined) {
      entry = { family, samples: new Map() }
      merged.set(family.name, entry)
    }
    for (const sample of family.samples) {
      const key = JSON.stringify(sample.labels)
      const known = entry.samples.get(key)
      entry.samples.set(key, known === undefined ? sample : sum(known, sample, family.name.endsWith('_max_seconds')))
    }
  }
  return [...merged.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }))
}

function sum(left: MetricSample, right: MetricSample, largest: boolean): MetricSample {
  if (left.buckets && right.buckets) {
    const counts = left.buckets.counts.map((count, index) => count + (right.buckets?.counts[index] ?? 0))
    return {
      labels: left.labels,
      buckets: { bounds: left.buckets.bounds, counts, sum: left.buckets.sum + right.buckets.sum },
    }
  }
  const a = left.value ?? 0
  const b = right.value ?? 0
  return { labels: left.labels, value: largest ? Math.max(a, b) : a + b }
}
