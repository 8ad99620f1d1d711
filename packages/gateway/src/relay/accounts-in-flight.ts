// How many calls each account has under way in this process. One account that opens streams without end must not take
// the sockets and the memory of all others, whatever its limits are, and before anything is asked of an authority.
//
// /!\ Hot path: one look-up at the beginning, none at the end.
import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../identity/principal.ts'

/** Accounts that are remembered with nothing under way; taking one out and in again for every call would cost more. */
const MAX_IDLE = 10_000

/** Of one account. Held by its calls. */
export interface AccountInFlight {
  readonly accountId: string
  calls: number
}

export class AccountsInFlight {
  readonly #accounts = new Map<string, AccountInFlight>()

  /**
   * Counts one call; `leave` must follow, once, however it ends.
   * @throws {GatewayError} `rate_limit_exceeded`; then nothing was counted
   */
  enter({ accountId, operator }: Principal, most: number): AccountInFlight {
    let account = this.#accounts.get(accountId)
    if (account === undefined) {
      if (this.#accounts.size >= MAX_IDLE) this.#forgetIdle()
      account = { accountId, calls: 0 }
      this.#accounts.set(accountId, account)
    } else if (account.calls >= most && !operator) {
      throw new GatewayError(
        'rate_limit_exceeded',
        `This account has ${most} requests under way, which is the most at a time. Try again when one has ended.`,
        { retryAfterSeconds: 1 },
      )
    }
    account.calls += 1
    return account
  }

  leave(account: AccountInFlight): void {
    account.calls -= 1
  }

  #forgetIdle(): void {
    for (const { accountId, calls } of this.#accounts.values()) if (calls === 0) this.#accounts.delete(accountId)
  }
}
