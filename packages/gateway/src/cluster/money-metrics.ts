// What /metrics says about wallets: how slices are drawn, and whether the books balance.

import type { MoneyGuard } from '../billing/wallets/money-guard.ts'
import type { SliceServer } from '../billing/slices/slice-server.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { counter, gauge } from '../telemetry/prometheus.ts'

export function moneyMetrics(
  { counts }: Pick<SliceServer, 'counts'>,
  guard: Pick<MoneyGuard, 'violations' | 'counts'>,
): readonly MetricFamily[] {
  return [
    counter('fairlead_wallet_draws_total', 'Draws of slices from wallets, refused ones included.', counts.draws),
    counter('fairlead_wallet_recalls_total', 'Times when unspent money of a wallet was called back.', counts.recalls),
    counter(
      'fairlead_wallet_refusals_total',
      'Draws that a wallet could not cover, with everything called back.',
      counts.refusals,
    ),
    counter('fairlead_wallet_unanswered_total', 'Draws that nobody could answer: 503.', counts.unanswered),
    counter(
      'fairlead_wallet_slices_written_off_total',
      'Slices of gateways that were not heard of any more.',
      counts.writtenOff,
    ),
    counter('fairlead_money_checks_total', 'Looks at the invariants of money.', guard.counts.looks),
    gauge(
      'fairlead_money_violations',
      'Invariants of money that are broken, as far as is known. Anything but 0 is an emergency.',
      guard.violations.length,
    ),
  ]
}
