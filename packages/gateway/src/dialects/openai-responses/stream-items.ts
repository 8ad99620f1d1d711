// The items of a streamed answer. Parts come one behind the other; texts and refusals that follow each other share one
// message, which stays open until something else begins (H88).
//
// /!\ Hot path: a delta is one concatenation; everything that repeats was written when its part began.

import type { AnnotationEvent, AnswerEvent, OpenedPart, PartDeltaEvent } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { eventHead, type EventHead, type EventWriter } from './event-writer.ts'
import {
  annotationItem,
  callItem,
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
  type CallItem,
  type ItemStatus,
} from './output-items.ts'
import { StreamReasoning } from './stream-reasoning.ts'

type PartEvent = Extract<AnswerEvent, { readonly part: number }>
type OpenedReasoning = Extract<OpenedPart, { type: 'reasoning' }>
type OpenedCall = Extract<OpenedPart, { type: 'tool-call' }>

const NO_LOGPROBS = ',"logprobs":[]'
const NO_HEAD: EventHead = { start: '', members: '' }

interface OpenMessage {
  readonly id: string
  readonly content: JsonObject[]
}

/** The part under way. `text` is all of it that counts in the end. */
interface OpenPart {
  readonly opened: OpenedPart
  readonly head: EventHead
  readonly tail: string
  text: string
  seal: Seal | undefined
}

export class StreamItems {
  /** Those that are complete. */
  readonly items: JsonObject[] = []
  refused = false
  readonly #context: ReplyContext
  readonly #writer: EventWriter
  readonly #ids: ItemIds
  #message: OpenMessage | null = null
  #part: OpenPart | null = null
  // Of the open part, where it has them.
  #annotations: JsonObject[] = []
  #logprobs: JsonObject[] = []
  #call: CallItem | null = null
  #reasoning: StreamReasoning | null = null
  /** The answer broke off. */
  #abandoned = false

  constructor(context: ReplyContext, writer: EventWriter) {
    this.#context = context
    this.#writer = writer
    this.#ids = new ItemIds(context)
  }

  write(event: PartEvent): void {
    switch (event.type) {
      case 'part-delta':
        this.#delta(event)
        return
      case 'part-start':
        this.#open(event.opened)
        return
      case 'part-end':
        this.#close()
        return
      case 'section':
        this.#reasoning?.section()
        return
      case 'annotation':
        this.#annotate(event)
        return
      case 'seal':
        if (this.#part !== null) this.#part.seal = event.seal
        return
      default:
        event satisfies never
    }
  }

  /** A refusal that was only told as the reason of the end. */
  refusal(text: string): void {
    this.#open({ type: 'refusal' })
    this.#delta({ type: 'part-delta', choice: 0, part: 0, text })
    this.#close()
  }

  /** Closes the message that may be open. */
  close(status: ItemStatus): void {
    if (this.#message === null) return
    const { id, content } = this.#message
    this.#message = null
    this.#done(messageItem(id, status, content))
  }

  /** Closes all that is open, as incomplete. */
  abandon(): void {
    this.#abandoned = true
    if (this.#part !== null) this.#close()
    this.close('incomplete')
  }

  // --- parts ---

  #open(opened: OpenedPart): void {
    switch (opened.type) {
      case 'text':
        this.#openContent(opened, textContent('', [], []), 'response.output_text.delta', NO_LOGPROBS)
        return
      case 'refusal':
        this.refused = true
        this.#openContent(opened, refusalContent(''), 'response.refusal.delta', '')
        return
      case 'reasoning':
        this.#openReasoning(opened)
        return
      case 'tool-call':
        this.#openCall(opened)
        return
      case 'media':
        this.#whole(opened, mediaItem(this.#ids.media(this.#nextIndex()), opened))
        return
      case 'foreign':
        this.#whole(opened, foreignItem(this.#ids.foreign(this.#nextIndex()), opened))
        return
      default:
        opened satisfies never
    }
  }

  #openContent(opened: OpenedPart, content: JsonObject, deltaType: string, tail: string): void {
    const index = this.items.length
    if (this.#message === null) {
      this.#message = { id: this.#ids.message(index), content: [] }
      this.#added(messageItem(this.#message.id, 'in_progress', []))
    }
    const place = `${itemPlace(this.#message.id, index)},"content_index":${this.#message.content.length}`
    this.#annotations = []
    this.#logprobs = []
    this.#start(opened, eventHead(deltaType, place), tail)
    this.#writer.event('response.content_part.added', `${place},"part":${JSON.stringify(content)}`)
  }

  #openReasoning(opened: OpenedReasoning): void {
    this.close('completed')
    const index = this.items.length
    const id = this.#ids.reasoning(index)
    this.#added(reasoningItem({ id, status: 'in_progress', summary: [], text: '', encrypted: '' }))
    this.#reasoning = new StreamReasoning(id, itemPlace(id, index), opened, this.#writer)
    this.#start(opened, NO_HEAD, '')
  }

  #openCall(opened: OpenedCall): void {
    this.close('completed')
    const index = this.items.length
    const { name, namespace, kind } = opened
    const id = this.#ids.call(index, kind)
    this.#call = { id, callId: this.#ids.callId(opened.id, index), name, namespace, kind }
    this.#added(callItem(this.#call, '', 'in_progress'))
    const type = kind === 'custom' ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta'
    this.#start(opened, eventHead(type, itemPlace(id, index)), '')
  }

  /** Media and items of tools come in one piece. */
  #whole(opened: OpenedPart, item: JsonObject | null): void {
    if (item !== null) {
      this.close('completed')
      this.#added(item)
      this.#done(item)
    }
    this.#start(opened, NO_HEAD, '')
  }

  #start(opened: OpenedPart, head: EventHead, tail: string): void {
    this.#part = { opened, head, tail, text: '', seal: undefined }
  }

  #delta(event: PartDeltaEvent): void {
    const part = this.#part
    if (part === null) return
    if (part.opened.type === 'reasoning') {
      this.#reasoning?.delta(event.text)
      return
    }
    // Media and foreign items came whole.
    if (part.head === NO_HEAD) return
    part.text += event.text
    if (event.logprobs === undefined) {
      this.#writer.delta(part.head, event.text, part.tail)
      return
    }
    const logprobs = logprobItems(event.logprobs)
    this.#logprobs.push(...logprobs)
    this.#writer.delta(
      part.head,
      event.text,
      part.opened.type === 'text' ? `,"logprobs":${JSON.stringify(logprobs)}` : '',
    )
  }

  #annotate({ annotation }: AnnotationEvent): void {
    const part = this.#part
    if (part?.opened.type !== 'text' || this.#message === null) return
    const item = annotationItem(annotation, part.text.length)
    if (item === null) return
    const place = `${itemPlace(this.#message.id, this.items.length)},"content_index":${this.#message.content.length}`
    const members = `"annotation_index":${this.#annotations.length},"annotation":${JSON.stringify(item)}`
    this.#writer.event('response.output_text.annotation.added', `${place},${members}`)
    this.#annotations.push(item)
  }

  #close(): void {
    const part = this.#part
    if (part === null) return
    this.#part = null
    switch (part.opened.type) {
      case 'text':
      case 'refusal':
        this.#closeContent(part)
        break
      case 'reasoning':
        this.#closeReasoning(part.seal)
        return
      case 'tool-call':
        this.#closeCall(part)
        break
      case 'media':
      case 'foreign':
        break
      default:
        part.opened satisfies never
    }
    if (isCarried(part.seal)) this.#carry(part.seal)
  }

  #closeContent({ opened, text }: OpenPart): void {
    const message = this.#message
    if (message === null) return
    const place = `${itemPlace(message.id, this.items.length)},"content_index":${message.content.length}`
    if (opened.type === 'refusal') {
      this.#writer.event('response.refusal.done', `${place},"refusal":${JSON.stringify(text)}`)
    } else {
      const members = `"text":${JSON.stringify(text)},"logprobs":${JSON.stringify(this.#logprobs)}`
      this.#writer.event('response.output_text.done', `${place},${members}`)
    }
    const content =
      opened.type === 'refusal' ? refusalContent(text) : textContent(text, this.#annotations, this.#logprobs)
    this.#writer.event('response.content_part.done', `${place},"part":${JSON.stringify(content)}`)
    message.content.push(content)
  }

  #closeCall(part: OpenPart): void {
    const call = this.#call
    if (call === null) return
    const { id, kind, name } = call
    // A call without arguments has `{}`; one that was cut off keeps what there is (H26, H27).
    if (part.text === '' && kind === 'function' && !this.#abandoned) {
      part.text = '{}'
      this.#writer.delta(part.head, part.text, '')
    }
    const input = JSON.stringify(part.text)
    const place = itemPlace(id, this.items.length)
    if (kind === 'custom') this.#writer.event('response.custom_tool_call_input.done', `${place},"input":${input}`)
    else {
      const members = `${place},"name":${JSON.stringify(name)},"arguments":${input}`
      this.#writer.event('response.function_call_arguments.done', members)
    }
    this.#done(callItem(call, part.text, this.#status()))
  }

  #closeReasoning(seal: Seal | undefined): void {
    if (this.#reasoning === null) return
    this.#done(this.#reasoning.close(this.#status(), seal, this.#context))
    this.#reasoning = null
  }

  #carry(seal: Seal): void {
    this.close(this.#status())
    const item = sealItem(this.#ids.reasoning(this.items.length), seal, this.#context)
    this.#added(item)
    this.#done(item)
  }

  // --- items ---

  /** Where an item would stand that begins now. */
  #nextIndex(): number {
    return this.#message === null ? this.items.length : this.items.length + 1
  }

  #status(): ItemStatus {
    return this.#abandoned ? 'incomplete' : 'completed'
  }

  #added(item: JsonObject): void {
    this.#writer.event(
      'response.output_item.added',
      `"output_index":${this.items.length},"item":${JSON.stringify(item)}`,
    )
  }

  #done(item: JsonObject): void {
    const index = this.items.length
    this.items.push(item)
    this.#writer.event('response.output_item.done', `"output_index":${index},"item":${JSON.stringify(item)}`)
  }
}

function itemPlace(id: string, index: number): string {
  return `"item_id":${JSON.stringify(id)},"output_index":${index}`
}
