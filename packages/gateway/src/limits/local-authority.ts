// The authority beside its ledger: for both planes in one process, for tests, and for calls that the primary itself
// makes. Every call asks the ledger; with one in memory the answer is there when `admit` returns.

import { type Admission, type Admitted, type LimitAuthority, UNLIMITED, type Used, type Wanted } from './authority.ts'
import type { LedgerReply, LimitLedger, ScopeReturn } from './limit-ledger.ts'
import type { LimitedScope } from './limits.ts'
import { admissionOf, owed } from './settlement.ts'

export class LocalAuthority implements LimitAuthority {
  readonly #ledger: LimitLedger
  readonly #holder: string

  /** @param holder as in `LedgerAsk.holder` */
  constructor(ledger: LimitLedger, holder = 'local') {
    this.#ledger = ledger
    this.#holder = holder
  }

  admit(scopes: readonly LimitedScope[], wanted: Wanted): Admission | Promise<Admission> {
    if (scopes.length === 0) return UNLIMITED
    const { tokens, costNanos } = wanted
    const call = { scopes, tokens, costNanos }
    const reply = this.#ledger.ask({ kind: 'limit-ask', holder: this.#holder, call, leases: [] })
    if (reply instanceof Promise) return admissionAfter(reply, scopes, wanted)
    return admissionOf(reply, scopes, wanted)
  }

  settle(admission: Admitted, used: Used, refundRequest = false): void {
    const returns: ScopeReturn[] = []
    for (const [index, scope] of admission.scopes.entries()) {
      const back = owed(scope, admission.bookedAtMs[index] ?? 0, admission.wanted, used, refundRequest)
      if (back !== null) returns.push(back)
    }
    if (returns.length > 0) this.#ledger.give({ kind: 'limit-return', holder: this.#holder, scopes: returns })
  }
}

async function admissionAfter(
  reply: Promise<LedgerReply>,
  scopes: readonly LimitedScope[],
  wanted: Wanted,
): Promise<Admission> {
  return admissionOf(await reply, scopes, wanted)
}
