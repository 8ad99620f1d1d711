// The relay's front door, and the list of what is being served, for the day when the process has to end.

import { IntrusiveList } from '../core/intrusive-list.ts'
import { TokenCounter } from '../billing/estimates/token-counter.ts'
import { TokenRatios } from '../billing/estimates/token-ratio.ts'
import type { GatewayError } from '../core/errors.ts'
import { accept } from './accept.ts'
import { AccountsInFlight } from './accounts-in-flight.ts'
import { refuse } from './error-reply.ts'
import { embedQuestion } from './auto-embed.ts'
import { decide } from './decide.ts'
import { DECISIONS } from './endpoints.ts'
import { Exchange } from './exchange.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { warmUp } from './warm-up.ts'

export class Relay {
  readonly #ports: RelayPorts
  readonly #open = new IntrusiveList<OpenExchange>()
  /** Requests whose question is being embedded. */
  readonly #waiting = new Set<() => void>()

  constructor(ports: Omit<RelayPorts, 'open' | 'close' | 'accounts' | 'ratios' | 'counter' | 'forgetful'>) {
    this.#ports = {
      ...ports,
      accounts: new AccountsInFlight(),
      forgetful: new Set(),
      ratios: new TokenRatios(),
      counter: new TokenCounter(),
      open: (node) => this.#open.add(node),
      close: (node) => this.#open.remove(node),
    }
  }

  /** How many requests are being served. */
  get openCount(): number {
    return this.#open.size + this.#waiting.size
  }

  call(request: RelayRequest): void {
    if (request.warmUp === true) {
      warmUp(this.#ports, request)
      return
    }
    const wait = embedQuestion(this.#ports, request)
    if (wait === null) {
      this.#begin(request)
      return
    }
    const go = (): void => {
      if (!this.#waiting.delete(go)) return
      this.#begin(request)
      // The client may have left meanwhile, and nobody was there to hear of it.
      if (request.sink.closed) request.sink.listener?.replyGone()
    }
    this.#waiting.add(go)
    void wait.then(go)
  }

  #begin(request: RelayRequest): void {
    if (request.endpoint === DECISIONS) decide(this.#ports, request)
    else Exchange.begin(this.#ports, request)
  }

  /**
   * The public id of the model that a request names, which its caller may use; nothing is reserved.
   * @throws {GatewayError} when it cannot be served, as `call` would answer it
   */
  check(request: RelayRequest): string {
    return accept(this.#ports, request).route.publicId
  }

  /** Answers what never became a call, in the shape of its client's dialect. */
  refuse(request: RelayRequest, error: GatewayError): void {
    refuse(this.#ports, request, error)
  }

  /** Ends everything that is left, each with an error in its client's dialect. */
  endAll(): void {
    for (const go of this.#waiting) go()
    for (const exchange of this.#open) exchange.endForShutdown()
  }
}
