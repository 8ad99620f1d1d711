// A whole answer as a `response` object.

import type { Answer, AnswerChoice, AnswerPart, AnswerRefusal, AnswerText } from '../../core/answer.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  annotationItem,
  callItem,
  encryptedContent,
  foreignItem,
  isCarried,
  ItemIds,
  logprobItems,
  mediaItem,
  messageItem,
  reasoningItem,
  refusalContent,
  sealItem,
  textContent,
  type ItemStatus,
} from './output-items.ts'
import { createdAtSeconds, malformedError, outcomeOf, responseObject } from './response-object.ts'
import { OWN } from './wire.ts'

export function encodeAnswer(answer: Answer, context: ReplyContext): JsonObject {
  const choice: AnswerChoice = answer.choices[0] ?? { parts: [], finish: { reason: 'stop' } }
  const { finish } = choice
  const parts = withRefusal(choice)
  const outcome = outcomeOf(
    finish,
    parts.some((part) => part.type === 'refusal'),
  )
  const writer = new OutputWriter(context, outcome.status === 'completed' ? 'completed' : 'incomplete')
  return responseObject(context, {
    status: outcome.status,
    createdAtSeconds: createdAtSeconds(context, answer.createdAtSeconds),
    output: writer.write(parts),
    usage: answer.usage,
    serviceTier: answer.serviceTier,
    incompleteReason: outcome.incompleteReason,
    error: outcome.status === 'failed' ? malformedError(finish) : null,
  })
}

/** A refusal that is only told as the reason of the end becomes a part, as this dialect has it. */
function withRefusal({ parts, finish }: AnswerChoice): readonly AnswerPart[] {
  if (finish.reason !== 'refusal' || finish.detail === undefined || finish.detail === '') return parts
  if (parts.some((part) => part.type === 'refusal')) return parts
  return [...parts, { type: 'refusal', text: finish.detail }]
}

class OutputWriter {
  readonly #context: ReplyContext
  readonly #ids: ItemIds
  readonly #items: JsonObject[] = []
  /** Of the last item: the one that was cut off when the answer is incomplete. */
  readonly #lastStatus: ItemStatus
  #content: JsonObject[] = []

  constructor(context: ReplyContext, lastStatus: ItemStatus) {
    this.#context = context
    this.#ids = new ItemIds(context)
    this.#lastStatus = lastStatus
  }

  write(parts: readonly AnswerPart[]): readonly JsonObject[] {
    for (const [index, part] of parts.entries()) this.#part(part, index === parts.length - 1)
    this.#closeMessage(this.#lastStatus)
    return this.#items
  }

  #part(part: AnswerPart, last: boolean): void {
    if (part.type === 'text' || part.type === 'refusal') {
      this.#content.push(contentOf(part))
      if (part.type === 'text') this.#carry(part.seal, last)
      return
    }
    const index = this.#content.length > 0 ? this.#items.length + 1 : this.#items.length
    const status = last ? this.#lastStatus : 'completed'
    const item = this.#item(part, index, status)
    if (item === null) return
    this.#closeMessage('completed')
    this.#items.push(item)
    if (part.type === 'tool-call' || part.type === 'media') this.#carry(part.seal, last)
  }

  #item(part: Exclude<AnswerPart, AnswerText | AnswerRefusal>, index: number, status: ItemStatus): JsonObject | null {
    switch (part.type) {
      case 'reasoning': {
        const ownId = part.seal?.dialect === OWN ? part.seal.itemId : undefined
        const id = ownId ?? this.#ids.reasoning(index)
        return reasoningItem({
          id,
          status,
          summary: part.summary,
          text: part.text,
          encrypted: encryptedContent(part.seal, part.redacted, id, this.#context),
        })
      }
      case 'tool-call': {
        const { kind, name, namespace } = part
        const id = this.#ids.call(index, kind)
        const callId = this.#ids.callId(part.id, index)
        const input = part.input === '' && kind === 'function' ? '{}' : part.input
        return callItem({ id, callId, name, namespace, kind }, input, status)
      }
      case 'media':
        return mediaItem(this.#ids.media(index), part)
      case 'foreign':
        return foreignItem(this.#ids.foreign(index), part)
      default:
        return part satisfies never
    }
  }

  #carry(seal: AnswerText['seal'], last: boolean): void {
    if (!isCarried(seal)) return
    this.#closeMessage(last ? this.#lastStatus : 'completed')
    this.#items.push(sealItem(this.#ids.reasoning(this.#items.length), seal, this.#context))
  }

  #closeMessage(status: ItemStatus): void {
    if (this.#content.length === 0) return
    this.#items.push(messageItem(this.#ids.message(this.#items.length), status, this.#content))
    this.#content = []
  }
}

function contentOf(part: AnswerText | AnswerRefusal): JsonObject {
  if (part.type === 'refusal') return refusalContent(part.text)
  const annotations = part.annotations.map((annotation) => annotationItem(annotation, part.text.length))
  return textContent(
    part.text,
    annotations.filter((annotation) => annotation !== null),
    logprobItems(part.logprobs),
  )
}
