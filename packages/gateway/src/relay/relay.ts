// The relay's front door, and the list of what is being served, for the day when the process has to end.

import { IntrusiveList } from '../core/intrusive-list.ts'
import { TokenCounter } from '../billing/token-counter.ts'
import { TokenRatios } from '../billing/token-ratio.ts'
import { AccountsInFlight } from './accounts-in-flight.ts'
import { Exchange } from './exchange.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'

export class Relay {
  readonly #ports: RelayPorts
  readonly #open = new IntrusiveList<OpenExchange>()

  constructor(ports: Omit<RelayPorts, 'open' | 'close' | 'accounts' | 'ratios' | 'counter'>) {
    this.#ports = {
      ...ports,
      accounts: new AccountsInFlight(),
      ratios: new TokenRatios(),
      counter: new TokenCounter(),
      open: (node) => this.#open.add(node),
      close: (node) => this.#open.remove(node),
    }
  }

  /** How many requests are being served. */
  get openCount(): number {
    return this.#open.size
  }

  call(request: RelayRequest): void {
    Exchange.begin(this.#ports, request)
  }

  /** Ends everything that is left, each with an error in its client's dialect. */
  endAll(): void {
    for (const exchange of this.#open) exchange.endForShutdown()
  }
}
