// A stream for a Gemini client: a `GenerateContentResponse` for each piece of text, function calls whole, and a last one
// with the reasons of finish and the usage. Framed as server-sent events, or as the elements of one JSON array.
//
// /!\ Hot path: `#delta` runs once per chunk of a translated stream.

import type { AnswerEvent, Annotation, Finish, OpenedPart, PartStartEvent } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext, StreamEncoder } from '../../core/dialect.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { functionCall, isCandidateMetadata, sealed, wirePart } from './answer-parts.ts'
import { ThoughtCarrier } from './carried-thoughts.ts'
import { GroundingWriter } from './citations.ts'
import { encodeError } from './errors.ts'
import { readBlockedPrompt, writeFinish } from './finish-reason.ts'
import { writeLogprobs } from './logprobs.ts'
import { hasOwnMetadata, promptFeedback } from './response.ts'
import { writeUsage } from './usage.ts'

interface OpenPart {
  readonly opened: OpenedPart
  text: string
  seal: Seal | undefined
  annotations: Annotation[] | null
}

interface Choice {
  readonly open: Map<number, OpenPart>
  readonly metadata: { [name: string]: JsonValue }
  readonly grounding: GroundingWriter
  readonly thoughts: ThoughtCarrier
  finish: Finish | null
  /** It has a part. */
  spoke: boolean
}

export class GeminiStreamEncoder implements StreamEncoder {
  readonly contentType: string
  readonly #context: ReplyContext
  readonly #tail: string
  readonly #choices: Choice[] = []
  #usage: TokenUsage | null = null
  #serviceTier: string | undefined
  #sentAny = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.contentType = context.arrayStream ? 'application/json; charset=UTF-8' : 'text/event-stream'
    const { publicModel: modelVersion, replyId: responseId } = context
    this.#tail = `,${JSON.stringify({ modelVersion, responseId }).slice(1)}`
  }

  push(event: AnswerEvent): string {
    switch (event.type) {
      case 'part-delta':
        return this.#delta(event.choice, event.part, event.text, event.logprobs)
      case 'part-start':
        return this.#start(event)
      case 'section':
        return this.#delta(event.choice, event.part, '\n\n', undefined)
      case 'seal': {
        const part = this.#choice(event.choice).open.get(event.part)
        if (part !== undefined) part.seal = event.seal
        return ''
      }
      case 'annotation':
        ;((this.#choice(event.choice).open.get(event.part) ?? { annotations: null }).annotations ??= []).push(
          event.annotation,
        )
        return ''
      case 'part-end':
        return this.#end(event.choice, event.part)
      case 'finish':
        this.#choice(event.choice).finish = event.finish
        return ''
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'start':
        this.#serviceTier = event.serviceTier
        return ''
      case 'failure':
      case 'ping':
        return ''
      default:
        return event satisfies never
    }
  }

  end(): string {
    const [only] = this.#choices
    const blocked =
      this.#choices.length === 1 && only?.spoke === false && only.finish !== null
        ? readBlockedPrompt(only.finish)
        : null
    const candidates: JsonObject[] = []
    if (blocked === null) {
      for (const [index, choice] of this.#choices.entries()) {
        if (choice.finish !== null) candidates.push(lastCandidate(choice, choice.finish, index))
      }
    }
    const last: { [name: string]: JsonValue } = { candidates }
    if (blocked !== null) last['promptFeedback'] = promptFeedback(blocked)
    if (this.#usage !== null) last['usageMetadata'] = writeUsage(this.#usage, this.#serviceTier)
    const text = this.#frame(JSON.stringify(last).slice(0, -1))
    return this.#context.arrayStream ? `${text}]` : text
  }

  fail(error: GatewayError): string {
    const { body } = encodeError(error, '')
    if (!this.#context.arrayStream) return `data: ${body}\r\n\r\n`
    const element = `${this.#sentAny ? ',\r\n' : '['}${body}]`
    this.#sentAny = true
    return element
  }

  /** An empty line: a comment would be read as data by Google's Python SDK. Between elements it is white space. */
  ping(): string {
    return '\r\n'
  }

  #start({ choice: number, part, opened }: PartStartEvent): string {
    const choice = this.#choice(number)
    const isMetadata = opened.type === 'foreign' && opened.dialect === 'gemini' && isCandidateMetadata(opened.kind)
    if (isMetadata) choice.metadata[opened.kind] = opened.value
    else {
      choice.spoke = true
      choice.open.set(part, { opened, text: '', seal: undefined, annotations: null })
    }
    return ''
  }

  #delta(number: number, partNumber: number, text: string, logprobs: readonly JsonValue[] | undefined): string {
    const choice = this.#choice(number)
    const part = choice.open.get(partNumber)
    if (part === undefined) return ''
    part.text += text
    const { type } = part.opened
    if (type === 'tool-call' || (text === '' && logprobs === undefined)) return ''
    const thought = type === 'reasoning' ? ',"thought":true' : ''
    const scores = logprobs === undefined ? '' : `,"logprobsResult":${JSON.stringify(writeLogprobs(logprobs))}`
    return this.#frame(
      `{"candidates":[{"content":{"parts":[{"text":${JSON.stringify(text)}${thought}}],"role":"model"},"index":${number}${scores}}]`,
    )
  }

  #end(number: number, partNumber: number): string {
    const choice = this.#choice(number)
    const part = choice.open.get(partNumber)
    if (part === undefined) return ''
    choice.open.delete(partNumber)
    for (const annotation of part.annotations ?? []) choice.grounding.add(annotation, part.text)
    const wire = this.#closing(part, choice.thoughts)
    if (wire === null) return ''
    const candidate = { content: { parts: [wire], role: 'model' }, index: number }
    return this.#frame(`{"candidates":[${JSON.stringify(candidate)}]`)
  }

  /** What is still to be said of a part that ends; null = all has been said. */
  #closing({ opened, text, seal }: OpenPart, thoughts: ThoughtCarrier): JsonObject | null {
    switch (opened.type) {
      case 'text':
        return seal === undefined ? null : sealed({ text: '' }, seal, this.#context)
      case 'reasoning':
        thoughts.add(text, seal, opened.redacted)
        return seal === undefined ? null : sealed({ text: '', thought: true }, seal, this.#context, opened.redacted)
      case 'refusal':
        return null
      case 'tool-call':
        return sealed(functionCall(opened, text), thoughts.take(seal), this.#context)
      case 'media':
        return wirePart(seal === undefined ? opened : { ...opened, seal }, this.#context)
      case 'foreign':
        return wirePart(opened, this.#context)
      default:
        return opened satisfies never
    }
  }

  #choice(number: number): Choice {
    for (let missing = this.#choices.length; missing <= number; missing += 1) {
      this.#choices.push({
        open: new Map(),
        metadata: {},
        grounding: new GroundingWriter(),
        thoughts: new ThoughtCarrier(),
        finish: null,
        spoke: false,
      })
    }
    const choice = this.#choices[number]
    if (choice === undefined) throw new Error('unreachable: the choice was just made')
    return choice
  }

  /** @param open a response without its closing brace */
  #frame(open: string): string {
    const first = !this.#sentAny
    this.#sentAny = true
    if (!this.#context.arrayStream) return `data: ${open}${this.#tail}\r\n\r\n`
    return `${first ? '[' : ',\r\n'}${open}${this.#tail}`
  }
}

function lastCandidate({ metadata, grounding, spoke }: Choice, finish: Finish, index: number): JsonObject {
  const own = hasOwnMetadata(metadata) ? null : grounding.metadata()
  return {
    content: spoke ? { parts: [{ text: '' }], role: 'model' } : { role: 'model' },
    ...writeFinish(finish),
    index,
    ...(own === null ? {} : { groundingMetadata: own }),
    ...metadata,
  }
}
