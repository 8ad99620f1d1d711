// Makes the calls of shadow evaluations, beside those of clients: two answers and two judgements, each through the relay
// like any other call, and each only after the most that it can cost has been held of the day's cap.
import type { Logger } from 'pino'
import { costNanos } from '../billing/prices/cost.ts'
import type { AutoShadow } from '../config/auto-config.ts'
import type { Config } from '../config/config.ts'
import { nanosFromDollars } from '../core/dollars.ts'
import { arrayOf, numberOf, objectOf, parseJsonObject, stringOf, type JsonObject } from '../core/json.ts'
import { newRequestId } from '../core/request-id.ts'
import { tokenUsage } from '../core/token-usage.ts'
import { OPERATOR, type Principal } from '../identity/principal.ts'
import { ENDPOINT_BY_PATH, NO_PATH_FACTS } from '../relay/endpoints.ts'
import type { RelayRequest, ShadowPort, ShadowSubject } from '../relay/ports.ts'
import { salePrice } from '../relay/sale-price.ts'
import { CollectorSink } from '../responses/collector-sink.ts'
import { JUDGE_TOKENS, judgeBody, judgement, verdictOf } from '../routing/auto/learning/judge.ts'
import {
  otherModel,
  type ReceiptName,
  type ShadowAsk,
  type ShadowReply,
  type ShadowVerdict,
} from '../routing/auto/learning/shadow.ts'
import type { Fleet } from '../routing/fleet.ts'
import { headerOf } from './header-of.ts'

const CHAT = ENDPOINT_BY_PATH.get('/v1/chat/completions')
/** More than so many at a time are left out: clients come first. */
const MOST_AT_ONCE = 2
const MOST_BODY_BYTES = 64 * 1024
const MOST_REPLY_BYTES = 256 * 1024
const MOST_ANSWER_TOKENS = 1_024
const PATIENCE_MS = 120_000
/** Beyond one for each byte of the body: what providers put around messages. */
const TOKENS_AROUND = 64
/** Who pays where the operator does. */
const OPERATORS = 'operator'

export interface ShadowRunnerOptions {
  readonly config: () => Config
  readonly fleet: Fleet
  readonly call: (request: RelayRequest) => void
  readonly ask: (ask: ShadowAsk) => Promise<ShadowReply>
  /** Of the header that says what a call cost, in lower case. */
  readonly costHeader: () => string
  /** Counts against what the pool has saved. */
  readonly spent: (pool: string, nanos: number) => void
  readonly log: Pick<Logger, 'debug' | 'warn'>
}

interface Answer {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What one evaluation is paid by. */
interface Purse {
  readonly principal: Principal
  readonly payer: string
  readonly capNanos: number
  readonly receipt: ReceiptName
  readonly pool: string
}

export class ShadowRunner implements ShadowPort {
  readonly #options: ShadowRunnerOptions
  #running = 0

  constructor(options: ShadowRunnerOptions) {
    this.#options = options
  }

  /** /!\ Hot path: for each call of `auto`. */
  samples({ endpoint, body }: Pick<RelayRequest, 'endpoint' | 'body'>): boolean {
    const { shadow } = this.#options.config().auto.learning
    return (
      shadow !== null &&
      endpoint === CHAT &&
      body.length <= MOST_BODY_BYTES &&
      Math.random() * 1_000_000 < shadow.sharePpm
    )
  }

  answered(subject: ShadowSubject): void {
    const { shadow } = this.#options.config().auto.learning
    const other = otherModel(subject.choice, subject.served, Math.random())
    if (shadow === null || other === null || this.#running >= MOST_AT_ONCE) return
    this.#running += 1
    void this.#evaluate(subject, other, shadow)
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'a shadow evaluation could not be made'))
      .finally(() => (this.#running -= 1))
  }

  async #evaluate(subject: ShadowSubject, other: string, shadow: AutoShadow): Promise<void> {
    const { principal, receiptId, served, choice } = subject
    const isOwn = shadow.paidBy === 'account'
    const purse: Purse = {
      principal: isOwn ? principal : OPERATOR,
      payer: isOwn ? principal.accountId : OPERATORS,
      capNanos: shadow.maxCostNanosPerDay,
      receipt: { receiptId, accountId: principal.accountId },
      pool: choice.pool,
    }
    const asked = parseJsonObject(subject.body.toString('utf8'))
    if (asked === null) return
    const answerOf = async (model: string): Promise<Answer | null> =>
      await this.#call(answerBody(asked, model), MOST_ANSWER_TOKENS, purse)
    const own = await answerOf(served)
    const others = own === null ? null : await answerOf(other)
    if (own === null || others === null) return
    const verdict = await this.#judge(shadow.judge, choice.view.lastUser, own.text, others.text, purse)
    if (verdict === null) return
    const otherNanos = this.#costOf(other, others, principal)
    const otherTokens = others.outputTokens
    const result = { receiptId, accountId: principal.accountId, other, verdict, otherNanos, otherTokens }
    await this.#options.ask({ kind: 'result', result })
  }

  /** In both orders, and which comes first is left to chance. */
  async #judge(
    model: string,
    question: string,
    own: string,
    others: string,
    purse: Purse,
  ): Promise<ShadowVerdict | null> {
    const ask = async (first: string, second: string): Promise<0 | 1 | 2 | null> => {
      const answer = await this.#call({ ...judgeBody(model, question, first, second) }, JUDGE_TOKENS, purse)
      return answer === null ? null : judgement(answer.text)
    }
    if (Math.random() < 0.5) {
      const straight = await ask(own, others)
      return straight === null ? null : verdictOf(straight, await ask(others, own))
    }
    const turned = await ask(others, own)
    return turned === null ? null : verdictOf(await ask(own, others), turned)
  }

  /** Null = there is none, or no money for it. */
  async #call(body: JsonObject, outputTokens: number, purse: Purse): Promise<Answer | null> {
    const { principal, payer, capNanos, receipt, pool } = purse
    if (CHAT === undefined) return null
    const bytes = Buffer.from(JSON.stringify(body))
    const heldNanos = this.#mostNanos(stringOf(body['model']) ?? '', bytes.length, outputTokens, principal)
    if (heldNanos === null) return null
    const { ask, call, costHeader, spent, log } = this.#options
    const { day } = await ask({ kind: 'hold', payer, nanos: heldNanos, capNanos })
    if (day === null) return null
    // Until it is known what was spent, all of it was.
    let spentNanos = heldNanos
    try {
      const sink = new CollectorSink(MOST_REPLY_BYTES)
      const timer = setTimeout(() => sink.abandon(), PATIENCE_MS)
      call({
        id: newRequestId(),
        endpoint: CHAT,
        path: NO_PATH_FACTS,
        body: bytes,
        principal,
        headers: { 'content-type': 'application/json' },
        startedMs: performance.now(),
        sink,
      })
      const { status, headers, body: reply } = await sink.collected
      clearTimeout(timer)
      const cost = nanosFromDollars(headerOf(headers, costHeader()) ?? '')
      if (status !== 0) spentNanos = cost ?? (status >= 400 ? 0 : heldNanos)
      if (spentNanos > heldNanos) log.warn({ payer, heldNanos, spentNanos }, 'a shadow call cost more than it can have')
      return status === 200 ? answerOf(reply) : null
    } finally {
      spent(pool, spentNanos)
      await ask({ kind: 'settle', payer, day, heldNanos, spentNanos, receipt })
    }
  }

  /** Had this caller been given it. */
  #costOf(model: string, { inputTokens, outputTokens }: Answer, principal: Principal): number {
    const route = this.#options.fleet.resolve(model)
    const usage = tokenUsage({ input: inputTokens, output: outputTokens })
    return route === undefined ? 0 : costNanos(salePrice(principal, route), usage, principal.pricing.multiplierPpm)
  }

  /** With whichever model answers in its place, should it fail; null = nobody has said what one of them costs. */
  #mostNanos(model: string, bytes: number, outputTokens: number, principal: Principal): number | null {
    const { fleet } = this.#options
    const route = fleet.resolve(model)
    if (route === undefined) return null
    let most = 0
    for (const id of [route.publicId, ...route.fallbacks]) {
      const candidate = fleet.resolve(id)
      if (candidate === undefined) continue
      const price = salePrice(principal, candidate)
      if (price === null) return null
      const usage = tokenUsage({ input: bytes + TOKENS_AROUND, output: outputTokens })
      most = Math.max(most, costNanos(price, usage, principal.pricing.multiplierPpm))
    }
    return most
  }
}

/** The request, put to a model by its name: whole, and no longer than a judge reads. */
function answerBody(asked: JsonObject, model: string): JsonObject {
  const { auto: _auto, stream: _stream, stream_options: _options, max_tokens: _most, ...rest } = asked
  return { ...rest, model, max_completion_tokens: MOST_ANSWER_TOKENS }
}

function answerOf(reply: string): Answer | null {
  const body = parseJsonObject(reply)
  const [choice] = arrayOf(body?.['choices']) ?? []
  const text = stringOf(objectOf(objectOf(choice)?.['message'])?.['content']) ?? ''
  const usage = objectOf(body?.['usage'])
  if (text.trim() === '') return null
  return {
    text,
    inputTokens: numberOf(usage?.['prompt_tokens']) ?? 0,
    outputTokens: numberOf(usage?.['completion_tokens']) ?? 0,
  }
}
