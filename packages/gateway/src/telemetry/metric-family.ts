// Metrics as plain data: they travel from the workers to the primary, are summed there and rendered for Prometheus.

export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly MetricSample[]
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  /** Counters and gauges. */
  readonly value?: number
  /** Histograms: upper bounds ascending without +Inf, counts per bucket (not cumulative; one more than bounds), and the sum. */
  readonly buckets?: { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum: number }
}
