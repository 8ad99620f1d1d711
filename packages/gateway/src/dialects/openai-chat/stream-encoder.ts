// Events as a stream of `chat.completion.chunk`.
//
// The role comes once per choice, calls are numbered 0, 1, 2… (H22), the usage only where it was asked for and then as
// `null` on every other chunk (H08). Several texts are one; several thoughts are set apart by a blank line.
// Source: `CreateChatCompletionStreamResponse` of OpenAI's OpenAPI document.
//
// /!\ Hot path: `push` runs for every event; a chunk is a fixed head, the words, a fixed tail.

import type { AnswerEvent, OpenedPart, PartDeltaEvent, SealEvent } from '../../core/answer.ts'
import type { ReplyContext, StreamEncoder } from '../../core/dialect.ts'
import { GatewayError, openaiErrorBody } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { callIdOf, encodeAnnotation, encodeMedia, extraContent, knownTier } from './encode-response.ts'
import { MALFORMED_MESSAGE, wordFor } from './finish-reasons.ts'
import { encodeDetails } from './reasoning-details.ts'
import { writeUsage } from './usage.ts'

interface PartUnderWay {
  readonly opened: OpenedPart
  /** Of a call: which of them. */
  readonly call: number
  /** Of thinking: all of it, for a seal. */
  thought: string
  readonly sections: string[]
  /** Something of it was sent. */
  sent: boolean
}

interface ChoiceUnderWay {
  readonly parts: PartUnderWay[]
  calls: number
  sealed: number
  /** Characters of text, for the places of annotations. */
  textLength: number
  partTextStart: number
  thought: boolean
  refused: boolean
}

export class ChatStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  readonly #context: ReplyContext
  readonly #choices: ChoiceUnderWay[] = []
  #head: string
  #tail: string
  #usage: TokenUsage | null = null
  #failed = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.#head = this.#headWith(undefined)
    this.#tail = `,"logprobs":null,"finish_reason":null}]${this.#usageMember()}}\n\n`
  }

  push(event: AnswerEvent): string {
    if (this.#failed) return ''
    switch (event.type) {
      case 'start':
        this.#head = this.#headWith(event.serviceTier)
        return this.#ensureChoice(0)
      case 'part-start':
        return this.#ensureChoice(event.choice) + this.#open(event.choice, event.part, event.opened)
      case 'part-delta':
        return this.#delta(event)
      case 'section':
        return this.#section(event.choice, event.part)
      case 'annotation': {
        const choice = this.#choices[event.choice]
        const annotations = encodeAnnotation(event.annotation, choice?.partTextStart ?? 0)
        return annotations.length === 0 ? '' : this.#chunk(event.choice, JSON.stringify({ annotations }))
      }
      case 'seal':
        return this.#seal(event)
      case 'part-end':
        return this.#close(event.choice, event.part)
      case 'finish':
        if (event.finish.reason === 'malformed')
          return this.fail(new GatewayError('upstream_error', MALFORMED_MESSAGE, { reason: 'all_failed' }))
        return this.#ensureChoice(event.choice) + this.#finish(event.choice, event.finish)
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'failure':
      case 'ping':
        return ''
      default:
        return event satisfies never
    }
  }

  end(): string {
    if (this.#failed) return ''
    const { conversation } = this.#context
    const usage = this.#usage
    if (!conversation.usageAsked || usage === null) return 'data: [DONE]\n\n'
    const body = JSON.stringify(writeUsage(usage, this.#context))
    return `${this.#head}[],"usage":${body}}\n\ndata: [DONE]\n\n`
  }

  fail(error: GatewayError): string {
    this.#failed = true
    return `data: ${openaiErrorBody(error)}\n\n`
  }

  ping(): string {
    return ': ping\n\n'
  }

  // --- chunks ---

  #headWith(serviceTier: string | undefined): string {
    const { replyId, nowSeconds, publicModel } = this.#context
    const tier = knownTier(serviceTier)
    const head = { id: `chatcmpl-${replyId}`, object: 'chat.completion.chunk', created: nowSeconds, model: publicModel }
    const members = JSON.stringify(tier === undefined ? head : { ...head, service_tier: tier })
    return `data: ${members.slice(0, -1)},"choices":`
  }

  #usageMember(): string {
    return this.#context.conversation.usageAsked ? ',"usage":null' : ''
  }

  /** @param delta as JSON */
  #chunk(choice: number, delta: string): string {
    return `${this.#head}[{"index":${choice},"delta":${delta}${this.#tail}`
  }

  // --- events ---

  #ensureChoice(index: number): string {
    if (this.#choices[index] !== undefined) return ''
    this.#choices[index] = {
      parts: [],
      calls: 0,
      sealed: 0,
      textLength: 0,
      partTextStart: 0,
      thought: false,
      refused: false,
    }
    return this.#chunk(index, '{"role":"assistant","content":""}')
  }

  #open(index: number, place: number, opened: OpenedPart): string {
    const choice = this.#choices[index]
    if (choice === undefined) return ''
    const isCall = opened.type === 'tool-call'
    choice.parts[place] = { opened, call: isCall ? choice.calls : -1, thought: '', sections: [], sent: false }
    if (opened.type === 'text') choice.partTextStart = choice.textLength
    if (opened.type === 'refusal') choice.refused = true
    if (opened.type === 'media') {
      const media = encodeMedia([{ type: 'media', source: opened.source }], index, this.#context)
      return Object.keys(media).length === 0 ? '' : this.#chunk(index, JSON.stringify(media))
    }
    if (!isCall) return ''
    const { name, kind } = opened
    const id = callIdOf(opened.id, index, choice.calls, this.#context)
    const inner = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } }
    const call = { index: choice.calls, id, type: kind, ...inner }
    choice.calls += 1
    return this.#chunk(index, JSON.stringify({ tool_calls: [call] }))
  }

  #delta(event: PartDeltaEvent): string {
    const choice = this.#choices[event.choice]
    const part = choice?.parts[event.part]
    if (choice === undefined || part === undefined) return ''
    switch (part.opened.type) {
      case 'text':
        choice.textLength += event.text.length
        if (event.logprobs !== undefined) return this.#textWithLogprobs(event)
        return this.#chunk(event.choice, `{"content":${JSON.stringify(event.text)}}`)
      case 'reasoning':
        return this.#think(event, choice, part)
      case 'refusal':
        return this.#chunk(event.choice, `{"refusal":${JSON.stringify(event.text)}}`)
      case 'tool-call':
        part.sent = true
        return this.#chunk(event.choice, callPiece(part, event.text))
      default:
        return ''
    }
  }

  #textWithLogprobs({ choice, text, logprobs }: PartDeltaEvent): string {
    const delta = `{"content":${JSON.stringify(text)}}`
    const tokens = `{"content":${JSON.stringify(logprobs)},"refusal":null}`
    const end = `,"logprobs":${tokens},"finish_reason":null}]${this.#usageMember()}}\n\n`
    return `${this.#head}[{"index":${choice},"delta":${delta}${end}`
  }

  #think(event: PartDeltaEvent, choice: ChoiceUnderWay, part: PartUnderWay): string {
    // Between one thought and the next.
    const text = !part.sent && choice.thought && event.text !== '' ? `\n\n${event.text}` : event.text
    if (event.text !== '') {
      part.sent = true
      choice.thought = true
    }
    part.thought += event.text
    return this.#chunk(event.choice, `{"reasoning_content":${JSON.stringify(text)}}`)
  }

  #section(index: number, place: number): string {
    const part = this.#choices[index]?.parts[place]
    if (part === undefined) return ''
    part.sections.push(part.thought)
    part.thought = ''
    return this.#chunk(index, '{"reasoning_content":"\\n\\n"}')
  }

  #seal({ choice: index, part: place, seal }: SealEvent): string {
    const choice = this.#choices[index]
    const part = choice?.parts[place]
    if (choice === undefined || part === undefined) return ''
    const { opened } = part
    if (opened.type === 'reasoning') {
      const isSummary = opened.form === 'summary'
      const summary =
        isSummary && (part.thought !== '' || part.sections.length > 0) ? [...part.sections, part.thought] : []
      const whole = { text: isSummary ? '' : part.thought, summary, redacted: opened.redacted }
      const details = encodeDetails(whole, seal, choice.sealed++, this.#context.envelope)
      return details.length === 0 ? '' : this.#chunk(index, JSON.stringify({ reasoning_details: details }))
    }
    const extra = { extra_content: extraContent(seal, this.#context) }
    if (opened.type === 'tool-call') {
      // The AI SDK gives a stream up at a piece of a call without its function.
      const inner = opened.kind === 'custom' ? { custom: { input: '' } } : { function: { arguments: '' } }
      return this.#chunk(index, JSON.stringify({ tool_calls: [{ index: part.call, ...inner, ...extra }] }))
    }
    return opened.type === 'text' ? this.#chunk(index, JSON.stringify(extra)) : ''
  }

  /** A call without arguments has empty ones (H26). */
  #close(index: number, place: number): string {
    const part = this.#choices[index]?.parts[place]
    if (part === undefined || part.sent || part.opened.type !== 'tool-call' || part.opened.kind === 'custom') return ''
    return this.#chunk(index, callPiece(part, '{}'))
  }

  #finish(index: number, finish: (AnswerEvent & { type: 'finish' })['finish']): string {
    const choice = this.#choices[index]
    const detail =
      finish.reason === 'refusal' && finish.detail !== undefined && choice?.refused === false
        ? this.#chunk(index, JSON.stringify({ refusal: finish.detail }))
        : ''
    const members: JsonObject = finish.stopSequence === undefined ? {} : { stop_reason: finish.stopSequence }
    const rest = JSON.stringify({ logprobs: null, finish_reason: wordFor(finish.reason), ...members }).slice(1)
    return `${detail}${this.#head}[{"index":${index},"delta":{},${rest}]${this.#usageMember()}}\n\n`
  }
}

function callPiece({ call, opened }: PartUnderWay, text: string): string {
  const isCustom = opened.type === 'tool-call' && opened.kind === 'custom'
  const inner = isCustom
    ? `"custom":{"input":${JSON.stringify(text)}}`
    : `"function":{"arguments":${JSON.stringify(text)}}`
  return `{"tool_calls":[{"index":${call},${inner}}]}`
}
