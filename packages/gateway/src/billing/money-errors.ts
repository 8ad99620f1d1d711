// What can go wrong when money is moved, in words for whoever wanted to move it.
import { dollarsFromNanos } from '../core/dollars.ts'
import { GatewayError } from '../core/errors.ts'
import { MOST_NANOS, type Posted, type Transfer } from './wallets/ledger.ts'

/** The transfer, or the reason why there is none. @throws {GatewayError} `conflict`, `invalid_request` */
export function postedOrThrow(posted: Posted): { readonly transfer: Transfer; readonly repeated: boolean } {
  if (posted.ok) return posted
  switch (posted.reason) {
    case 'insufficient':
      throw new GatewayError(
        'conflict',
        `Only US$ ${dollarsFromNanos(posted.availableNanos)} of this wallet can be taken now. Take less, or wait for the calls that are under way.`,
        { param: 'amount' },
      )
    case 'too_much':
      throw new GatewayError(
        'conflict',
        `A wallet holds at most US$ ${dollarsFromNanos(MOST_NANOS)}, and this one would hold more.`,
        { param: 'amount' },
      )
    case 'conflict':
      throw new GatewayError('conflict', 'This Idempotency-Key was used for another transfer. Use a new one.', {
        param: 'Idempotency-Key',
      })
  }
}

/** As people read it: `12.5`. */
export function shownDollars(nanos: number): string {
  return dollarsFromNanos(nanos)
}
