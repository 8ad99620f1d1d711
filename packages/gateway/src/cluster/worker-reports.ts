// What the workers report of themselves, put together: how many serve, whether they can write down what they do, how the
// upstreams look from there, and what they count.
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { mergeFamilies } from '../telemetry/metrics.ts'
import type { WorkerReport } from './messages.ts'
import type { Workers } from './workers.ts'

export class WorkerReports {
  readonly #workers: () => Workers | null
  /** What workers that are gone had counted. */
  #gone: MetricFamily[] = []

  constructor(workers: () => Workers | null) {
    this.#workers = workers
  }

  ready(): number {
    return this.#workers()?.ready() ?? 0
  }

  journalsAreWell(): boolean {
    return this.#reports().every(({ journalIsWell }) => journalIsWell)
  }

  healths(): readonly WorkerReport['health'][] {
    return this.#reports().map(({ health }) => health)
  }

  /** Asks each of them now. */
  async metrics(): Promise<readonly MetricFamily[]> {
    const reports = (await this.#workers()?.collect()) ?? []
    return mergeFamilies([this.#gone, ...reports.map(({ metrics }) => metrics)])
  }

  workerGone(report: WorkerReport): void {
    this.#gone = mergeFamilies([this.#gone, countersOf(report.metrics)])
  }

  #reports(): readonly WorkerReport[] {
    return this.#workers()?.reports() ?? []
  }
}

/** Gauges of a worker end with it; what it counted does not. */
function countersOf(families: readonly MetricFamily[]): MetricFamily[] {
  return families.filter(({ type }) => type !== 'gauge')
}
