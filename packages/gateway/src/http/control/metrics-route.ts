// GET /metrics: the workers' figures, already summed, and the primary's own.
import { gauge, processMetrics, PROMETHEUS_CONTENT_TYPE, renderPrometheus } from '../../telemetry/prometheus.ts'
import { page, type Route } from './api/route.ts'

export const METRICS_ROUTES: readonly Route[] = [
  page(
    {
      path: '/metrics',
      surface: 'admin',
      tag: 'Health',
      name: 'getMetrics',
      summary: 'Figures for Prometheus',
      reply: {
        description: 'Prometheus text format.',
        schema: null,
        content: { 'text/plain': 'See docs/operations.md.' },
      },
    },
    async (_request, { state, probe }) => {
      const [families, problem] = await Promise.all([state.metrics(), probe.problem()])
      const own = [
        gauge('fairlead_build_info', 'The release that runs.', 1, { version: state.version }),
        gauge(
          'fairlead_database_up',
          '1 when the database could be written to just now.',
          problem === undefined ? 1 : 0,
        ),
        gauge('fairlead_workers_ready', 'Workers that are listening.', state.workersReady()),
        gauge(
          'fairlead_config_refused',
          '1 when the last reload was refused.',
          state.configError() === undefined ? 0 : 1,
        ),
      ]
      const taken = new Set(families.map(({ name }) => name))
      const missing = [...own, ...processMetrics(state.startedAtMs)].filter(({ name }) => !taken.has(name))
      return new Response(renderPrometheus([...families, ...missing]), {
        headers: { 'content-type': PROMETHEUS_CONTENT_TYPE },
      })
    },
  ),
]
