// Metrics in Prometheus' text format, version 0.0.4.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
import { readdirSync } from 'node:fs'
import type { MetricFamily, MetricSample } from './metric-family.ts'

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>

export function renderPrometheus(families: readonly MetricFamily[]): string {
  let text = ''
  for (const family of families) {
    text += `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`
    for (const sample of family.samples) text += renderSample(family, sample)
  }
  return text
}

/** What every process tells of itself, under the names that Prometheus' own client libraries use. */
export function processMetrics(startedAtMs: number): MetricFamily[] {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const openFiles = openFileCount()
  return [
    counter('process_cpu_seconds_total', 'CPU time of the primary process, user and system.', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'When the primary process started, unix seconds.', startedAtMs / 1000),
    gauge('process_resident_memory_bytes', 'Resident memory of the primary process.', rss),
    ...(openFiles === undefined ? [] : [gauge('process_open_fds', 'Open files of the primary process.', openFiles)]),
    gauge('nodejs_heap_size_used_bytes', 'Live and dead objects on the heap of the primary process.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Heap that the primary process has reserved.', heapTotal),
    gauge('nodejs_external_memory_bytes', 'Buffers of the primary process outside its heap.', external),
    gauge('nodejs_version_info', 'The Node.js that runs the primary process.', 1, { version: process.version }),
  ]
}

export function gauge(name: string, help: string, value: number, labels: Labels = {}): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ labels, value }] }
}

export function counter(name: string, help: string, value: number, labels: Labels = {}): MetricFamily {
  return { name, help, type: 'counter', samples: [{ labels, value }] }
}

function renderSample({ name }: MetricFamily, { labels, value, buckets }: MetricSample): string {
  if (buckets === undefined) return `${name}${renderLabels(labels)} ${renderNumber(value ?? 0)}\n`
  let text = ''
  let cumulative = 0
  for (const [index, count] of buckets.counts.entries()) {
    cumulative += count
    const bound = buckets.bounds[index]
    const le = bound === undefined ? '+Inf' : renderNumber(bound)
    text += `${name}_bucket${renderLabels({ ...labels, le })} ${cumulative}\n`
  }
  return `${text}${name}_sum${renderLabels(labels)} ${renderNumber(buckets.sum)}\n${name}_count${renderLabels(labels)} ${cumulative}\n`
}

function renderLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join()}}`
}

function renderNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Quotes stay as they are in a help text. */
function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** Linux only; elsewhere the metric is left out. */
function openFileCount(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
