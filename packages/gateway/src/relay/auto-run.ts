// The picker's part in one call: whose turn it is, what was saved, the receipt, and what is remembered for the next
// request of the conversation.
import type { JournalReceipt } from '../billing/usage/receipts.ts'
import type { Tool } from '../core/conversation.ts'
import { receiptIdOf, type BadEnd } from '../core/receipt.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { AutoChoice } from '../routing/auto/choice.ts'
import type { FilterReason } from '../routing/auto/filters/reasons.ts'
import { receiptText } from '../routing/auto/receipts/receipt-text.ts'
import { formatSavings, savings } from '../routing/auto/savings/savings.ts'
import { knobsMark, textMark, withWarm } from '../routing/auto/sessions/conversation.ts'
import { BAD_END_TROUBLES, holdAfter, troublesNow } from '../routing/auto/sessions/stay-or-leave.ts'
import type { JsonObject } from '../core/json.ts'
import type { Route } from '../routing/route.ts'
import { EndWatch } from './end-watch.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

/** What a reply says of a choice. */
export interface AutoFacts {
  readonly savings: string
  /** Public id; '' = nothing can be counted against. */
  readonly baselineModel: string
  readonly receiptId: string
}

export interface AutoEnd {
  readonly route: Route
  readonly status: number
  readonly usage: TokenUsage
  /** Whether `usage` is a guess of ours. */
  readonly estimated: boolean
  /** What is paid for it. */
  readonly costNanos: number
}

export class AutoRun {
  readonly choice: AutoChoice
  readonly receiptId: string
  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  /** Models that were to be asked, and what became of them. */
  readonly #left = new Map<string, FilterReason>()
  /** What the receipt in the journal says of the end; null = none is there. */
  #written: string | null = null
  /** One of each attempt. */
  readonly #ends: EndWatch[] = []
  /** The body, where a shadow evaluation is to be made of the call. */
  readonly #sampled: Buffer | null

  constructor(ports: RelayPorts, request: RelayRequest, choice: AutoChoice) {
    this.#ports = ports
    this.#request = request
    this.choice = choice
    this.receiptId = receiptIdOf(request.id)
    this.#sampled = ports.shadow?.samples(request) === true ? request.body : null
  }

  /** Those that were not asked yet, in their order. */
  get standIns(): readonly string[] {
    return this.choice.chain.filter((id, index) => index > 0 && !this.#left.has(id))
  }

  /** @param reason why it is not this one, after all */
  leave(publicId: string, reason: FilterReason): void {
    this.#left.set(publicId, reason)
  }

  /**
   * Another one, before anybody was asked: the first has no room, or costs more than there is to spend.
   * @returns null when there is none
   */
  another(instead: Route, reason: 'rate_limited' | 'budget'): Route | null {
    this.leave(instead.publicId, reason)
    const costOf = (id: string): number =>
      this.choice.candidates.find((candidate) => candidate.id === id)?.costNanos ?? 0
    const most = reason === 'budget' ? costOf(instead.publicId) : Infinity
    for (const id of this.choice.chain) {
      if (this.#left.has(id)) continue
      if (costOf(id) >= most) {
        this.leave(id, 'budget')
        continue
      }
      const route = this.#ports.fleet.resolve(id)
      if (route !== undefined) return route
    }
    return null
  }

  /** Nano-US$; may be negative. */
  savings(route: Route, usage: TokenUsage, costNanos: number): number {
    const { baseline } = this.choice
    return baseline === null || usage === NO_USAGE ? 0 : savings(baseline, route.publicId, usage, costNanos)
  }

  facts(route: Route, usage: TokenUsage, costNanos: number): AutoFacts {
    return {
      savings: formatSavings(this.savings(route, usage, costNanos)),
      baselineModel: this.choice.baseline?.model ?? '',
      receiptId: this.#isKept ? this.receiptId : '',
    }
  }

  /** The same beside the usage in a reply. */
  members(route: Route, usage: TokenUsage, costNanos: number): JsonObject {
    const { savings: saved, baselineModel, receiptId } = this.facts(route, usage, costNanos)
    return {
      savings: JSON.rawJSON(saved),
      ...(baselineModel === '' ? {} : { baseline_model: baselineModel }),
      ...(receiptId === '' ? {} : { receipt: receiptId }),
    }
  }

  /** For one attempt. @param tools that the request offers */
  watch(tools: readonly Tool[]): EndWatch {
    const watch = new EndWatch(tools)
    this.#ends.push(watch)
    return watch
  }

  /** Null where the journal has it already. @param served '' = nobody answered */
  receipt(served: string, usage: TokenUsage): JournalReceipt | null {
    const end = served === '' ? null : this.#badEnd(usage)
    // The journal may have it since the first words of a stream, and the question's point have come after them.
    const point = this.#request.embedding?.point ?? null
    const written = `${served} ${end} ${point !== null}`
    if (this.#written === written || !this.#isKept) return null
    this.#written = written
    const { principal } = this.#request
    return {
      receiptId: this.receiptId,
      createdAtMs: Date.now(),
      keyId: principal.keyId,
      accountId: principal.accountId,
      body: receiptText(this.choice, served, this.#left, end, point),
    }
  }

  #badEnd({ output }: TokenUsage): BadEnd | null {
    const { maxOutputTokens, answers } = this.choice.view
    // Those that failed, or were given up, have not ended.
    const ended = this.#ends.findLast(({ hasEnded }) => hasEnded)
    return ended?.badEnd(maxOutputTokens > 0 && output >= maxOutputTokens * answers) ?? null
  }

  /** Of a reply that is an error: its receipt tells who was asked; '' = there is none. */
  get receiptOfError(): string {
    return this.#isKept ? this.receiptId : ''
  }

  /** With the usage records, of what is an answer. */
  get #isKept(): boolean {
    return this.#request.endpoint.kind === 'generation' && this.#ports.config().usage.record
  }

  /** For the next request of the conversation, and for the length of answers. */
  ended({ route, status, usage, estimated, costNanos }: AutoEnd): void {
    const { operation, kind } = this.#request.endpoint
    if (kind !== 'generation' || operation === 'compact') return
    const { choice, receiptId } = this
    const { auto, metrics, shadow } = this.#ports
    const isAnswer = status === 200 && usage !== NO_USAGE
    const served = isAnswer ? route.publicId : ''
    metrics.auto.ended({ choice, served, savedNanos: this.savings(route, usage, costNanos) })
    if (!isAnswer) return
    if (this.#sampled !== null && this.#isKept) {
      const { principal } = this.#request
      shadow?.answered({ receiptId, principal, choice, body: this.#sampled, served })
    }
    const { view, conversation } = choice
    const type = choice.taskTypes[0]?.type
    if (!estimated && type !== undefined)
      auto.lengths.add(route.publicId, type, usage.output / view.answers, usage.reasoning > 0)
    const tokens = usage.input + usage.output
    const isCut = route.maxOutputTokens !== null && usage.output >= route.maxOutputTokens
    const isBad = isCut || usage.output === 0 || this.#badEnd(usage) !== null
    const atMs = Date.now()
    auto.conversations.remember({
      key: choice.conversationKey,
      model: route.publicId,
      atMs,
      knobs: knobsMark(choice.knobs),
      turnCount: view.turnCount,
      lastUser: textMark(view.lastUser),
      troubles: troublesNow(conversation, view) + (isBad ? BAD_END_TROUBLES : 0),
      holdUntilTurn: holdAfter(choice.reason, conversation, view),
      warm: withWarm(conversation?.warm ?? [], { model: route.publicId, atMs, tokens }),
      tokens,
    })
  }
}
