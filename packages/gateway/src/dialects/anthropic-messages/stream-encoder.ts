// Events into Anthropic's stream: blocks one behind the other, each closed before the next begins and before any end,
// good or bad. Claude Code counts "ended cleanly inside an open block" as a dropped connection, and reads the size of
// its context from the first event, which therefore must not say 0 (H57).

import type { AnswerEvent, Finish, OpenedPart } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext, StreamEncoder } from '../../core/dialect.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { SerializeParts } from '../../core/serialize-parts.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { errorEvent } from './errors.ts'
import { callId, citationOf, mediaNotice, messageId, sealText } from './response.ts'
import { sealCarrier } from './seal-carrier.ts'
import { answerTier } from './service-tier.ts'
import { writeFinish } from './stop-reasons.ts'
import { writeUsage } from './usage.ts'
import { DIALECT } from './wire.ts'

const PING = 'event: ping\ndata: {"type":"ping"}\n\n'

export class MessagesStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  readonly #context: ReplyContext
  readonly #serial = new SerializeParts((event) => this.#write(event))
  #out = ''
  #started = false
  #tier: string | undefined
  /** The next block's index. */
  #index = 0
  /** What is open, and whether its beginning has been written: it waits for a seal that would have to stand before. */
  #part: { readonly opened: OpenedPart; readonly number: number } | null = null
  #written = false
  #lateSeal: Seal | null = null
  #refusal = ''
  #finish: Finish = { reason: 'stop' }
  #usage: TokenUsage | null = null

  constructor(context: ReplyContext) {
    this.#context = context
  }

  push(event: AnswerEvent): string {
    this.#serial.push(event)
    return this.#take()
  }

  end(): string {
    this.#start()
    this.#closePart()
    const usage =
      this.#usage === null
        ? { input_tokens: this.#context.estimatedInputTokens, output_tokens: 0 }
        : writeUsage(this.#usage, this.#context)
    const delta = { ...writeFinish(this.#finish, this.#refusal), container: null }
    this.#event('message_delta', { type: 'message_delta', delta, usage })
    this.#event('message_stop', { type: 'message_stop' })
    return this.#take()
  }

  fail(error: GatewayError): string {
    this.#closePart()
    return this.#take() + errorEvent(error)
  }

  ping(): string {
    return PING
  }

  #take(): string {
    const out = this.#out
    this.#out = ''
    return out
  }

  #event(name: string, payload: JsonObject): void {
    this.#out += `event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`
  }

  /** /!\ Hot path. */
  #write(event: AnswerEvent): void {
    switch (event.type) {
      case 'part-delta':
        this.#delta(event.text)
        break
      case 'start':
        this.#tier = event.serviceTier
        this.#start()
        break
      case 'part-start':
        this.#start()
        this.#closePart()
        this.#part = { opened: event.opened, number: event.part }
        break
      case 'section':
        if (this.#written) this.#delta('\n\n')
        break
      case 'annotation': {
        const citation = citationOf(event.annotation)
        this.#begin()
        if (citation !== null) this.#blockDelta({ type: 'citations_delta', citation })
        break
      }
      case 'seal':
        this.#seal(event.seal)
        break
      case 'part-end':
        this.#closePart()
        break
      case 'finish':
        if (event.choice === 0) this.#finish = event.finish
        break
      case 'usage':
        this.#usage = event.usage
        break
      case 'ping':
        this.#out += PING
        break
      case 'failure':
        // The relay makes an error of it and calls `fail`.
        break
      default:
        event satisfies never
    }
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    const { publicModel, estimatedInputTokens } = this.#context
    this.#event('message_start', {
      type: 'message_start',
      message: {
        id: messageId(this.#context),
        type: 'message',
        role: 'assistant',
        model: publicModel,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        container: null,
        diagnostics: null,
        usage: {
          input_tokens: Math.max(1, estimatedInputTokens),
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
          cache_creation: null,
          output_tokens: 1,
          service_tier: answerTier(this.#tier),
        },
      },
    })
  }

  #delta(text: string): void {
    const opened = this.#part?.opened
    if (opened === undefined) return
    this.#begin()
    const kind = DELTAS[opened.type]
    if (kind === undefined) return
    if (opened.type === 'refusal') this.#refusal += text
    this.#out += `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":{"type":"${kind.type}","${kind.member}":${JSON.stringify(text)}}}\n\n`
  }

  #blockDelta(delta: JsonObject): void {
    this.#event('content_block_delta', { type: 'content_block_delta', index: this.#index, delta })
  }

  #seal(seal: Seal): void {
    const opened = this.#part?.opened
    if (opened === undefined) return
    if (opened.type === 'reasoning' && opened.redacted) {
      this.#wholeBlock({ type: 'redacted_thinking', data: sealText(seal, this.#context) })
    } else if (opened.type === 'reasoning') {
      this.#begin()
      this.#blockDelta({ type: 'signature_delta', signature: sealText(seal, this.#context) })
    } else if (this.#written) {
      this.#lateSeal = seal
    } else {
      this.#wholeBlock(sealCarrier(seal, 'before', this.#context.envelope))
    }
  }

  /** Writes the beginning of the open part, once. */
  #begin(): void {
    if (this.#written || this.#part === null) return
    const block = this.#openingBlock(this.#part.opened, this.#part.number)
    if (block === null) return
    this.#written = true
    this.#event('content_block_start', { type: 'content_block_start', index: this.#index, content_block: block })
  }

  /** Null = nothing of it is shown, or it is not known yet. */
  #openingBlock(opened: OpenedPart, number: number): JsonObject | null {
    switch (opened.type) {
      case 'text':
      case 'refusal':
        return { type: 'text', text: '', citations: null }
      case 'reasoning':
        return opened.redacted ? null : { type: 'thinking', thinking: '', signature: '' }
      case 'tool-call':
        return { type: 'tool_use', id: callId(opened.id, number, this.#context), name: opened.name, input: {} }
      case 'media':
        return { type: 'text', text: mediaNotice(opened.source), citations: null }
      case 'foreign':
        return opened.dialect === DIALECT ? opened.value : null
      default:
        return opened satisfies never
    }
  }

  #wholeBlock(block: JsonObject): void {
    this.#event('content_block_start', { type: 'content_block_start', index: this.#index, content_block: block })
    this.#stopBlock()
  }

  #stopBlock(): void {
    this.#out += `event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#index}}\n\n`
    this.#index += 1
  }

  #closePart(): void {
    if (this.#part === null) return
    this.#begin()
    if (this.#written) this.#stopBlock()
    if (this.#lateSeal !== null) this.#wholeBlock(sealCarrier(this.#lateSeal, 'behind', this.#context.envelope))
    this.#part = null
    this.#written = false
    this.#lateSeal = null
  }
}

const DELTAS: Readonly<Partial<Record<OpenedPart['type'], { readonly type: string; readonly member: string }>>> = {
  text: { type: 'text_delta', member: 'text' },
  refusal: { type: 'text_delta', member: 'text' },
  reasoning: { type: 'thinking_delta', member: 'thinking' },
  'tool-call': { type: 'input_json_delta', member: 'partial_json' },
}
