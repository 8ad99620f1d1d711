// Compaction over any provider. Upstreams that compact themselves (OpenAI's) are asked first (`compact-natively.ts`).
// Everywhere else notes, the last turns and a summary that the model writes are the compaction.

import type { Logger } from 'pino'
import { unguessableId } from '../../core/request-id.ts'
import { GatewayError, toGatewayError } from '../../core/errors.ts'
import { foreignCompactionMessage } from '../../core/foreign-compaction.ts'
import { stringOf, type JsonObject } from '../../core/json.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { usageOfReply } from '../../dialects/openai-responses/usage.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import { itemsOfInput, parseBody, readAsked, type AskedCompaction } from './asked-compaction.ts'
import { compactItems } from './compact-items.ts'
import { compactNatively } from './compact-natively.ts'
import { bodyWith, nativeBody } from './compaction-bodies.ts'
import { CompactionEnvelope, hasCompactionEnvelope, isCompactionEnvelope } from './compaction-envelope.ts'
import type { CompactionPort, CompactionRelay, ExpandedItems } from './compaction-port.ts'
import { answerCompact, ownHeaders, passOn } from './compaction-replies.ts'
import { expandItems, MAY_BE_COMPACTION } from './expand-items.ts'
import { InputCounter, type InputCounterPorts } from './input-counter.ts'
import { viewItem, weightOf } from './item-view.ts'
import { Leaving } from './leaving.ts'
import type { CompactionPayload } from './payload.ts'
import { PrependItemSink } from './prepend-item-sink.ts'
import { callForSummary, type SummaryOutcome } from './summary-call.ts'
import { answerTrigger } from './trigger-answer.ts'

export interface CompactorPorts extends InputCounterPorts {
  readonly relay: CompactionRelay
  readonly log: Logger
  /** 32 bytes, the same in every process. */
  readonly key: Buffer
  /** What is known of a model that this caller may use; null = the relay will say why it cannot be had. */
  model(request: RelayRequest, id: string): CompactionModel | null
}

export interface CompactionModel {
  readonly publicId: string
  /** Tokens; null = unknown. */
  readonly contextLength: number | null
  readonly maxOutputTokens: number | null
  /** Which of its upstreams compact themselves. */
  readonly native: 'none' | 'some' | 'all'
}

const CHARACTERS_PER_TOKEN = 3.6
/** Of a context window: what a compacted conversation may take of it, and when one is due where nobody said when. */
const COMPACTED_SHARE = 0.2
const DUE_SHARE = 0.8
/** Of what was due: what is left of it may take so much, and what there is must be more than that. */
const LEFT_SHARE = 0.5
const LEAST_TALK_SHARE = 0.6
/** Of the window, for what the summary's writer is shown. */
const TRANSCRIPT_SHARE = 0.6
/** Of the window, for the summary itself. */
const SUMMARY_SHARE = 0.25
const USUAL_CONTEXT = 128_000
const MOST_TRANSCRIPT_CHARACTERS = 1_200_000

export class Compactor implements CompactionPort {
  readonly #ports: CompactorPorts
  readonly #envelope: CompactionEnvelope
  readonly #counter: InputCounter
  #open = 0

  constructor(ports: CompactorPorts) {
    this.#ports = ports
    this.#envelope = new CompactionEnvelope(ports.key)
    this.#counter = new InputCounter(ports)
  }

  get openCount(): number {
    return this.#open
  }

  expand(accountId: string, items: readonly string[], instructions?: string): ExpandedItems {
    return expandItems(this.#envelope, accountId, items, instructions)
  }

  concerns(text: string): boolean {
    // A text that begins with a quote is looked for fifty times as long: bodies are full of them.
    if (text.includes('context_management"')) return true
    return text.includes('compaction') && text.includes(MAY_BE_COMPACTION)
  }

  run(request: RelayRequest, next: (request: RelayRequest) => void): void {
    this.#begin(request, (left) => this.#run(request, next, left))
  }

  compact(request: RelayRequest): void {
    this.#begin(request, (left) => this.#compact(request, left))
  }

  countInput(request: RelayRequest): void {
    this.#begin(request, async (left) => {
      const body = parseBody(request.body)
      const expanded = this.#expandBody(request, body, itemsOfInput(body))
      await this.#counter.count(expanded, left)
    })
  }

  #begin(request: RelayRequest, work: (left: Leaving) => Promise<void>): void {
    this.#open += 1
    const left = new Leaving()
    request.sink.listener = left
    work(left)
      .catch((reason: unknown) => {
        const error = toGatewayError(reason)
        if (error.code === 'internal_error') {
          this.#ports.log.error({ err: reason, requestId: request.id }, 'a compaction could not be made')
        }
        if (!request.sink.closed) this.#ports.relay.refuse(request, error)
      })
      .finally(() => {
        this.#open -= 1
      })
  }

  // --- POST /v1/responses/compact ---

  async #compact(request: RelayRequest, left: Leaving): Promise<void> {
    const body = parseBody(request.body)
    const id = stringOf(body['model']) ?? ''
    const model = id === '' || body['stream'] === true ? null : this.#ports.model(request, id)
    // Says what is wrong with it, in the words of every other endpoint.
    if (model === null) {
      this.#ports.relay.call(request)
      return
    }
    refuseUnresolved(body)
    const items = itemsOfInput(body)
    if (items.length === 0) {
      throw new GatewayError('invalid_request', '`input` is missing. Send the conversation to compact.', {
        param: 'input',
      })
    }
    if (model.native !== 'none') {
      const { relay } = this.#ports
      const call = (asked: RelayRequest): void => relay.call(asked)
      const room = mostCharacters(null, model.contextLength ?? USUAL_CONTEXT)
      const ask = { call, envelope: this.#envelope, request, body, items, mostCharacters: room, left }
      if ((await compactNatively(ask)) || left.gone) return
    }
    const made = await this.#make(request, body, items, model, left, { within: false, mostTokens: null })
    if (made === null) return
    const { payload, outcome } = made
    const item = this.#item(request, payload)
    answerCompact(request, [item], outcome?.usage ?? null, outcome?.headers ?? [])
  }

  // --- within a call ---

  async #run(request: RelayRequest, next: (request: RelayRequest) => void, left: Leaving): Promise<void> {
    const body = parseBody(request.body)
    const asked = readAsked(body)
    const model = this.#ports.model(request, stringOf(body['model']) ?? '')
    if (model !== null && model.native !== 'all' && (asked.trigger || asked.managed !== null)) {
      await this.#runHere(request, body, asked, model, next, left)
    } else if (hasCompactionEnvelope(request.body)) next(this.#expandBody(request, body, itemsOfInput(body)))
    else next(request)
  }

  async #runHere(
    request: RelayRequest,
    body: JsonObject,
    { trigger, managed }: AskedCompaction,
    model: CompactionModel,
    next: (request: RelayRequest) => void,
    left: Leaving,
  ): Promise<void> {
    const { context_management: _, ...plain } = body
    const all = itemsOfInput(body)
    if (trigger) {
      await this.#answerTrigger(request, body, all.slice(0, -1), model, left)
      return
    }
    const dueTokens = managed?.thresholdTokens ?? Math.floor((model.contextLength ?? USUAL_CONTEXT) * DUE_SHARE)
    if (!this.#isDue(request, plain, all, dueTokens)) {
      next(this.#expandBody(request, plain, all))
      return
    }
    if (model.native === 'none') refuseUnreadable(all)
    const mostTokens = Math.floor(dueTokens * LEFT_SHARE)
    const made = await this.#make(request, body, all, model, left, { within: true, mostTokens })
    if (made === null || left.gone) return
    const item = this.#item(request, made.payload)
    const compacted = this.#expandBody({ ...request, native: null }, plain, [JSON.stringify(item)])
    next({ ...compacted, sink: new PrependItemSink(request.sink, item) })
  }

  async #answerTrigger(
    request: RelayRequest,
    body: JsonObject,
    items: readonly string[],
    model: CompactionModel,
    left: Leaving,
  ): Promise<void> {
    const made = await this.#make(request, body, items, model, left, { within: false, mostTokens: null })
    if (made === null || left.gone) return
    const usage = usageOfReply({ usage: made.outcome?.usage ?? null }) ?? NO_USAGE
    const headers = ownHeaders(request, made.outcome?.headers ?? [])
    const item = this.#item(request, made.payload)
    answerTrigger({ request, body, item, publicModel: model.publicId, usage, headers })
  }

  /** Compaction items of ours as what they stand for, in a request that is otherwise the same. */
  #expandBody(from: RelayRequest, body: JsonObject, items: readonly string[]): RelayRequest {
    const { scan: _, native: held = null, ...request } = from
    const expanded = this.expand(request.principal.accountId, items, stringOf(body['instructions']))
    // An upstream that holds the conversation itself is only told what is new, and cannot read what is ours.
    const native = held === null || hasCompactionEnvelope(held.body) ? nativeBody(body, expanded) : held
    const whole = body['input'] == null ? Buffer.from(JSON.stringify(body)) : bodyWith(body, expanded.items)
    return { ...request, body: whole, native }
  }

  /** What is around the conversation cannot be compacted: where that is most of it, nothing is gained. */
  #isDue(request: RelayRequest, body: JsonObject, items: readonly string[], dueTokens: number): boolean {
    const views = this.expand(request.principal.accountId, items).items.map(viewItem)
    const { tools = null, instructions = null } = body
    let talk = 0
    let around = JSON.stringify([tools, instructions]).length
    for (const view of views) {
      if (view.kind === 'system' || view.kind === 'tools') around += weightOf(view)
      else talk += weightOf(view)
    }
    const dueCharacters = dueTokens * CHARACTERS_PER_TOKEN
    return talk + around > dueCharacters && talk > dueCharacters * LEAST_TALK_SHARE
  }

  // --- both ---

  /** Null: the client has been answered, or has left. */
  async #make(
    request: RelayRequest,
    body: JsonObject,
    items: readonly string[],
    model: CompactionModel,
    left: Leaving,
    { within, mostTokens }: { readonly within: boolean; readonly mostTokens: number | null },
  ): Promise<{ readonly payload: CompactionPayload; readonly outcome: Written | null } | null> {
    const contextTokens = model.contextLength ?? USUAL_CONTEXT
    const result: { outcome: SummaryOutcome | null } = { outcome: null }
    const safetyIdentifier = stringOf(body['safety_identifier']) ?? null
    const mostOutputTokens = Math.min(model.maxOutputTokens ?? Infinity, Math.floor(contextTokens * SUMMARY_SHARE))
    const room = Math.min(
      MOST_TRANSCRIPT_CHARACTERS,
      Math.floor(contextTokens * TRANSCRIPT_SHARE * CHARACTERS_PER_TOKEN),
    )
    const payload = await compactItems({
      envelope: this.#envelope,
      accountId: request.principal.accountId,
      items,
      instructions: stringOf(body['instructions']) ?? '',
      mostCharacters: mostCharacters(mostTokens, contextTokens),
      mostTranscriptCharacters: room,
      within,
      summarize: async (transcript) => {
        const call = (asked: RelayRequest): void => this.#ports.relay.call(asked)
        const giveUp = (abandon: () => void): void => left.also(abandon)
        const ask = { request, model: stringOf(body['model']) ?? '', safetyIdentifier, mostOutputTokens }
        const outcome = await callForSummary(call, ask, transcript, room, giveUp)
        result.outcome = outcome
        return outcome.kind === 'written' ? outcome.text : null
      },
    })
    const { outcome } = result
    if (left.gone) return null
    if (outcome?.kind === 'refused') {
      passOn(request, outcome.reply)
      return null
    }
    if (outcome?.kind === 'none' || outcome?.kind === 'left') {
      this.#ports.log.warn({ requestId: request.id, model: model.publicId }, 'a compaction has no summary of the model')
    }
    return { payload, outcome: outcome === null || outcome.kind === 'left' ? null : outcome }
  }

  #item(request: RelayRequest, payload: CompactionPayload): JsonObject {
    return {
      id: `cmp_${unguessableId()}`,
      type: 'compaction',
      encrypted_content: this.#envelope.close(request.principal.accountId, payload),
    }
  }
}

/** What a summary's call has said and cost. */
type Written = Extract<SummaryOutcome, { readonly kind: 'written' | 'none' }>

/** Whoever stands in front of this puts in its place what these name. */
function refuseUnresolved(body: JsonObject): void {
  if (body['previous_response_id'] != null) {
    const message = 'The response to continue from is not known here. Send the whole conversation as "input".'
    throw new GatewayError('previous_response_not_found', message, { param: 'previous_response_id' })
  }
}

/** A conversation that begins with another provider's compaction cannot be summed up. @throws {GatewayError} 400 */
function refuseUnreadable(items: readonly string[]): void {
  for (const [index, raw] of items.entries()) {
    const { kind, value } = viewItem(raw)
    if (kind === 'system' || kind === 'tools') continue
    if (kind !== 'compaction' || isCompactionEnvelope(stringOf(value['encrypted_content']) ?? '')) return
    const at = `input[${index}]`
    throw new GatewayError('invalid_request', foreignCompactionMessage(at), { param: at })
  }
}

function mostCharacters(mostTokens: number | null, contextTokens: number): number {
  return Math.floor((mostTokens ?? contextTokens * COMPACTED_SHARE) * CHARACTERS_PER_TOKEN)
}
