import { seededRandom } from '../random.ts'
import { concernsEveryRequest, type Fault } from './fault.ts'
import { parseFault } from './fault-text.ts'

export interface FaultScope {
  /** Only requests that bear this credential. */
  readonly forKey?: string
  /** Only the next so many model calls (POST), then well again. */
  readonly times?: number
}

interface Rule {
  readonly fault: Fault
  readonly forKey: string | undefined
  left: number
  readonly random: () => number
}

/** Which fault a request meets: a counted one before a key's, a key's before the request's own, that before the server's. */
export class FaultBook {
  #rules: Rule[] = []

  /** Replaces what had the same scope; counted faults queue up instead. Undefined removes everything. */
  set(fault: Fault | string | undefined, scope: FaultScope = {}): void {
    if (fault === undefined) {
      this.#rules = []
      return
    }
    const parsed = typeof fault === 'string' ? parseFault(fault) : fault
    if (scope.times === undefined) {
      this.#rules = this.#rules.filter((rule) => rule.left !== Infinity || rule.forKey !== scope.forKey)
    }
    const seed = parsed.kind === '5xx' ? parsed.seed : 1
    this.#rules.push({ fault: parsed, forKey: scope.forKey, left: scope.times ?? Infinity, random: seededRandom(seed) })
  }

  /** Removes the faults of one key. */
  clearKey(forKey: string): void {
    this.#rules = this.#rules.filter((rule) => rule.forKey !== forKey)
  }

  pick(
    request: { readonly method: string; readonly key: string | undefined },
    own: Fault | undefined,
  ): Fault | undefined {
    const mine = this.#rules.filter((rule) => rule.forKey === undefined || rule.forKey === request.key)
    const counted = request.method === 'POST' ? mine.find((rule) => rule.left !== Infinity) : undefined
    if (counted !== undefined) {
      counted.left -= 1
      if (counted.left <= 0) this.#rules = this.#rules.filter((rule) => rule !== counted)
      return drawn(counted)
    }
    const lasting = mine.filter((rule) => rule.left === Infinity)
    const keyed = lasting.find((rule) => rule.forKey !== undefined)
    const fault = keyed === undefined ? (own ?? drawn(lasting[0])) : drawn(keyed)
    if (fault === undefined || request.method === 'POST' || concernsEveryRequest(fault)) return fault
    return undefined
  }
}

function drawn(rule: Rule | undefined): Fault | undefined {
  if (rule?.fault.kind === '5xx' && rule.random() >= rule.fault.share) return undefined
  return rule?.fault
}
