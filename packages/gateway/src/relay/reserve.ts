// What a call needs before anybody is asked for it: its share of the limits, then money for the dearest end that it may
// have.
//
// /!\ Hot path: what is known in this process is answered at once; only what must be asked elsewhere costs a promise.

import type { HoldAnswer } from '../billing/wallets/wallet-authority.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { type Admission, NOTHING_USED } from '../limits/authority.ts'
import { limitError } from '../limits/limit-error.ts'
import type { Call } from './call.ts'
import { type Payment, paymentOf, refusalOf } from './payment.ts'

export interface ReserveOwner {
  /** Limits and wallet have let it in. */
  reserved(): void
  /** @param refused by limits; null = by something else */
  notReserved(error: GatewayError, refused: Admission | null): void
}

/** Calls one of the owner's two, once, unless the client leaves in between: then all is given back, and neither. */
export function reserve(call: Call, owner: ReserveOwner): void {
  const { limited } = call.request.principal
  const ofModel = call.route.limited
  if (limited.length + ofModel.length === 0) {
    pay(call, owner)
    return
  }
  const scopes = ofModel.length === 0 ? limited : [...limited, ...ofModel]
  const answer = call.ports.limits.admit(scopes, call.wanted())
  if (!(answer instanceof Promise)) {
    admitted(call, owner, answer)
    return
  }
  answer.then(
    (admission) => admitted(call, owner, admission),
    (error: unknown) => {
      call.ports.log.error({ err: error, requestId: call.request.id }, 'limits cannot be asked')
      const message = 'Limits cannot be checked right now. Try again shortly.'
      owner.notReserved(new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 }), null)
    },
  )
}

function admitted(call: Call, owner: ReserveOwner, admission: Admission): void {
  if (!admission.ok) {
    // The picker has others: what one model, or its price, has no room for, the next may have.
    const reason = admission.of === 'model' ? 'rate_limited' : admission.limit === 'budget' ? 'budget' : null
    if (reason !== null && !call.settled && call.pickAnother(reason)) reserve(call, owner)
    else owner.notReserved(limitError(admission), admission)
    return
  }
  call.admission = admission
  // The client may have left while we asked.
  if (call.settled) call.release(NOTHING_USED, true)
  else pay(call, owner)
}

/** From whoever is charged. */
function pay(call: Call, owner: ReserveOwner): void {
  if (call.request.principal.pricing.billing === 'off') {
    owner.reserved()
    return
  }
  let payment: Payment
  let answer: HoldAnswer | Promise<HoldAnswer>
  try {
    payment = paymentOf(call)
    answer = payment.begin()
  } catch (error) {
    owner.notReserved(toGatewayError(error), null)
    return
  }
  if (!(answer instanceof Promise)) {
    held(call, owner, payment, answer)
    return
  }
  answer.then(
    (answered) => held(call, owner, payment, answered),
    (error: unknown) => owner.notReserved(toGatewayError(error), null),
  )
}

function held(call: Call, owner: ReserveOwner, payment: Payment, answer: HoldAnswer): void {
  if (!answer.ok) {
    const error = refusalOf(call, answer)
    if (!call.settled && call.pickAnother('budget')) {
      call.release(NOTHING_USED, true)
      reserve(call, owner)
    } else owner.notReserved(error, null)
    return
  }
  payment.began(answer)
  // The client may have left while we asked.
  if (call.settled) {
    payment.end(0)
    return
  }
  call.payment = payment
  owner.reserved()
}
