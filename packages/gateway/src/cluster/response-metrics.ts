// What /metrics says about stored responses.

import type { ResponseStore } from '../responses/response-store.ts'
import type { ResponseSweep } from '../responses/stored/response-sweep.ts'
import type { StoredLibrary } from '../responses/stored/library.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { counter, gauge } from '../telemetry/prometheus.ts'

/** Without the totals while the database does not answer. */
export async function responseMetrics(
  { counts }: Pick<StoredLibrary, 'counts'>,
  sweep: Pick<ResponseSweep, 'counts'>,
  store: Pick<ResponseStore, 'totals'>,
): Promise<readonly MetricFamily[]> {
  const totals = await store.totals().catch(() => null)
  return [
    counter('fairlead_responses_saved_total', 'Responses that were stored.', counts.saves),
    counter(
      'fairlead_responses_save_transactions_total',
      'Transactions that stored them: under load one takes many.',
      counts.transactions,
    ),
    counter(
      'fairlead_responses_over_quota_total',
      "Responses that were not stored because of their account's quota.",
      counts.refused,
    ),
    counter(
      'fairlead_responses_expired_total',
      'Responses and conversations that were removed because their time was over.',
      sweep.counts.removed,
    ),
    ...(totals === null
      ? []
      : [
          gauge('fairlead_responses_stored', 'Responses that are stored, of all accounts.', totals.responses),
          gauge(
            'fairlead_responses_stored_bytes',
            'What they take, conversations and background work included.',
            totals.bytes,
          ),
        ]),
  ]
}
