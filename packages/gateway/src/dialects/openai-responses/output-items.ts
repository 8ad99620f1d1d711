// Items of an answer, as both forms of it need them: whole in JSON, and piece by piece in a stream.
// Source: `OutputItem` of OpenAI's OpenAPI document, with the members that Open Responses wants besides.

import type { Annotation, AnswerForeign, AnswerMedia } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { arrayOf, isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { legalCallId } from '../../core/tool-call-ids.ts'
import { MARK_PREVIOUS, MARK_REDACTED, MAX_ID_CHARACTERS, OUR_REASONING_ID, OWN } from './wire.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** Ids of the items of one answer, made out of its own. */
export class ItemIds {
  readonly #replyId: string

  constructor(context: ReplyContext) {
    this.#replyId = context.replyId
  }

  message(index: number): string {
    return `msg_${this.#replyId}_${index}`
  }

  reasoning(index: number): string {
    return `${OUR_REASONING_ID}${this.#replyId}_${index}`
  }

  call(index: number, kind: 'function' | 'custom'): string {
    return `${kind === 'custom' ? 'ctc' : 'fc'}_${this.#replyId}_${index}`
  }

  media(index: number): string {
    return `ig_${this.#replyId}_${index}`
  }

  foreign(index: number): string {
    return `item_${this.#replyId}_${index}`
  }

  /** Never cut (H28); made up where the upstream gave none. */
  callId(given: string, index: number): string {
    if (given === '') return `call_${this.#replyId}_${index}`
    return given.length <= MAX_ID_CHARACTERS ? given : legalCallId(given, MAX_ID_CHARACTERS)
  }
}

export function messageItem(id: string, status: ItemStatus, content: readonly JsonObject[]): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content }
}

export function textContent(
  text: string,
  annotations: readonly JsonObject[],
  logprobs: readonly JsonValue[],
): JsonObject {
  return { type: 'output_text', text, annotations, logprobs }
}

export function refusalContent(refusal: string): JsonObject {
  return { type: 'refusal', refusal }
}

export interface CallItem {
  readonly id: string
  readonly callId: string
  readonly name: string
  readonly namespace: string | undefined
  readonly kind: 'function' | 'custom'
}

export function callItem(call: CallItem, input: string, status: ItemStatus): JsonObject {
  const custom = call.kind === 'custom'
  return {
    id: call.id,
    type: custom ? 'custom_tool_call' : 'function_call',
    status,
    call_id: call.callId,
    name: call.name,
    ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
    ...(custom ? { input } : { arguments: input }),
  }
}

export interface ReasoningItem {
  readonly id: string
  readonly status: ItemStatus
  readonly summary: readonly string[]
  /** '' = none to be read. */
  readonly text: string
  /** '' = none. */
  readonly encrypted: string
}

/** `summary` always (H53); the others only when there. */
export function reasoningItem({ id, status, summary, text, encrypted }: ReasoningItem): JsonObject {
  return {
    id,
    type: 'reasoning',
    status,
    summary: summary.map((paragraph) => ({ type: 'summary_text', text: paragraph })),
    ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
    ...(encrypted === '' ? {} : { encrypted_content: encrypted }),
  }
}

/** Carries the seal of a call or of a text, which have no member for it: stands right behind them. */
export function sealItem(id: string, seal: Seal, context: ReplyContext): JsonObject {
  const encrypted = context.envelope.close({ ...seal, itemId: MARK_PREVIOUS })
  return reasoningItem({ id, status: 'completed', summary: [], text: '', encrypted })
}

/** Whether a seal of something else than reasoning has to be carried. */
export function isCarried(seal: Seal | undefined): seal is Seal {
  return seal !== undefined && seal.dialect !== OWN
}

/**
 * What `encrypted_content` says; '' = leave it out. Encrypted reasoning of this dialect is bound to the id of its item:
 * where the item had to get another one, an envelope keeps both together.
 * @param id of the item that says it
 */
export function encryptedContent(seal: Seal | undefined, redacted: boolean, id: string, context: ReplyContext): string {
  if (seal === undefined) return ''
  if (seal.dialect !== OWN) return context.envelope.close(redacted ? { ...seal, itemId: MARK_REDACTED } : seal)
  const asked = context.conversation.reasoning.sealed === true || context.requestBody['store'] === false
  if (!asked) return ''
  return seal.itemId === undefined || seal.itemId === id ? seal.data : context.envelope.close(seal)
}

/** Null for what this dialect has no item for. */
export function mediaItem(id: string, { source }: Pick<AnswerMedia, 'source'>): JsonObject | null {
  if (source.kind !== 'base64' || !source.mediaType.startsWith('image/')) return null
  return { id, type: 'image_generation_call', status: 'completed', result: source.data }
}

export function foreignItem(
  id: string,
  { dialect, value }: Pick<AnswerForeign, 'dialect' | 'value'>,
): JsonObject | null {
  if (dialect !== OWN) return null
  return typeof value['id'] === 'string' && value['id'] !== '' ? value : { id, ...value }
}

/** Null for a citation without an address. @param textLength of what is cited, for those that say no place */
export function annotationItem(annotation: Annotation, textLength: number): JsonObject | null {
  const { url, title, start, end, value } = annotation
  const whole = title !== undefined && start !== undefined && end !== undefined
  if (annotation.dialect === OWN && (whole || value['type'] !== 'url_citation')) return value
  if (url === undefined) return null
  return { type: 'url_citation', url, title: title ?? '', start_index: start ?? 0, end_index: end ?? textLength }
}

/** With all members: `bytes` and `top_logprobs` may be missing or null in chat answers (H71). */
function logprobItem(value: JsonValue): JsonObject | null {
  if (!isJsonObject(value)) return null
  const top = (arrayOf(value['top_logprobs']) ?? []).filter(isJsonObject)
  return {
    ...value,
    bytes: value['bytes'] ?? [],
    top_logprobs: top.map((entry) => ({ ...entry, bytes: entry['bytes'] ?? [] })),
  }
}

export function logprobItems(values: readonly JsonValue[] | undefined): readonly JsonObject[] {
  if (values === undefined) return []
  return values.map(logprobItem).filter((value) => value !== null)
}
