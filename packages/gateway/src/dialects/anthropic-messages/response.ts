// A whole answer, out of Anthropic's JSON and into it.

import type { Annotation, Answer, AnswerPart } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { callInput } from './encode-messages.ts'
import { sealCarrier } from './seal-carrier.ts'
import { answerTier, tierOfAnswer } from './service-tier.ts'
import { readFinish, writeFinish } from './stop-reasons.ts'
import { readUsage, writeUsage } from './usage.ts'
import { DIALECT } from './wire.ts'

export function decodeAnswer(body: JsonObject): Answer | null {
  const content = arrayOf(body['content'])
  if (content === undefined || (body['type'] ?? 'message') !== 'message') return null
  const parts: AnswerPart[] = []
  for (const element of content) {
    const block = objectOf(element)
    if (block !== undefined) parts.push(decodeBlock(block))
  }
  const hasCalls = parts.some((part) => part.type === 'tool-call')
  return {
    id: stringOf(body['id']) ?? '',
    model: stringOf(body['model']) ?? '',
    createdAtSeconds: 0,
    choices: [{ parts, finish: readFinish(body, hasCalls) }],
    usage: readUsage(body['usage']),
    ...tierOfAnswer(objectOf(body['usage'])?.['service_tier']),
  }
}

function decodeBlock(block: JsonObject): AnswerPart {
  switch (block['type']) {
    case 'text':
      return { type: 'text', text: stringOf(block['text']) ?? '', annotations: readCitations(block['citations']) }
    case 'thinking': {
      const text = stringOf(block['thinking']) ?? ''
      return { type: 'reasoning', text, summary: [], redacted: false, ...sealOf(block['signature']) }
    }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', summary: [], redacted: true, ...sealOf(block['data']) }
    case 'tool_use':
      return {
        type: 'tool-call',
        id: stringOf(block['id']) ?? '',
        name: stringOf(block['name']) ?? '',
        kind: 'function',
        input: JSON.stringify(block['input'] ?? {}),
      }
    default:
      return { type: 'foreign', dialect: DIALECT, kind: stringOf(block['type']) ?? '', value: block }
  }
}

function sealOf(data: JsonValue | undefined): { readonly seal?: Seal } {
  return typeof data === 'string' && data !== '' ? { seal: { dialect: DIALECT, data } } : {}
}

function readCitations(value: JsonValue | undefined): readonly Annotation[] {
  const found: Annotation[] = []
  for (const element of arrayOf(value) ?? []) {
    const citation = objectOf(element)
    if (citation !== undefined) found.push(annotationOf(citation))
  }
  return found
}

export function annotationOf(citation: JsonObject): Annotation {
  const url = stringOf(citation['url'])
  const title = stringOf(citation['title']) ?? stringOf(citation['document_title'])
  return {
    dialect: DIALECT,
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    value: citation,
  }
}

/** Null = a citation that this dialect cannot say. */
export function citationOf(annotation: Annotation): JsonObject | null {
  if (annotation.dialect === DIALECT) return annotation.value
  if (annotation.url === undefined) return null
  return {
    type: 'web_search_result_location',
    url: annotation.url,
    title: annotation.title ?? null,
    cited_text: '',
    encrypted_index: '',
  }
}

/** Choices behind the first are not asked for by clients of this dialect. */
export function encodeAnswer(answer: Answer, context: ReplyContext): JsonObject {
  const choice = answer.choices[0] ?? { parts: [], finish: { reason: 'stop' as const } }
  const content = choice.parts.flatMap((part, index) => encodePart(part, index, context))
  const refusal = choice.parts.map((part) => (part.type === 'refusal' ? part.text : '')).join('')
  const usage =
    answer.usage === null
      ? { input_tokens: context.estimatedInputTokens, output_tokens: 0 }
      : writeUsage(answer.usage, context)
  const tier = answerTier(answer.serviceTier)
  return {
    id: messageId(context),
    type: 'message',
    role: 'assistant',
    model: context.publicModel,
    content,
    ...writeFinish(choice.finish, refusal),
    container: null,
    diagnostics: null,
    usage: tier === null ? usage : { ...usage, service_tier: tier },
  }
}

export function messageId(context: ReplyContext): string {
  return `msg_${context.replyId}`
}

/** @param part where it stands among the parts, for an id that the upstream did not give */
export function callId(id: string, part: number, context: ReplyContext): string {
  return id === '' ? `toolu_${context.replyId}_${part}` : id
}

function encodePart(part: AnswerPart, index: number, context: ReplyContext): readonly JsonObject[] {
  const carrier =
    part.type !== 'reasoning' && 'seal' in part && part.seal !== undefined
      ? [sealCarrier(part.seal, 'before', context.envelope)]
      : []
  switch (part.type) {
    case 'text': {
      const citations = part.annotations.map(citationOf).filter((citation) => citation !== null)
      return [...carrier, { type: 'text', text: part.text, citations: citations.length === 0 ? null : citations }]
    }
    case 'refusal':
      return [{ type: 'text', text: part.text, citations: null }]
    case 'reasoning': {
      const data = part.seal === undefined ? '' : sealText(part.seal, context)
      if (part.redacted) return data === '' ? [] : [{ type: 'redacted_thinking', data }]
      const thinking = part.text === '' ? part.summary.join('\n\n') : part.text
      return [{ type: 'thinking', thinking, signature: data }]
    }
    case 'tool-call': {
      const { name, kind, input } = part
      const id = callId(part.id, index, context)
      return [...carrier, { type: 'tool_use', id, name, input: callInput(kind, input) }]
    }
    case 'media':
      return [...carrier, { type: 'text', text: mediaNotice(part.source), citations: null }]
    case 'foreign':
      return part.dialect === DIALECT ? [part.value] : []
    default:
      return part satisfies never
  }
}

/** What stands for generated media, which this dialect has no block for. */
export function mediaNotice(source: {
  readonly kind: string
  readonly mediaType?: string
  readonly url?: string
}): string {
  if (source.kind === 'url' && source.url !== undefined) return source.url
  return `[The model made ${source.mediaType ?? 'a file'}, which the Messages API cannot carry.]`
}

/** A seal for this client to carry: its own as it is, another's in an envelope. */
export function sealText(seal: Seal, context: ReplyContext): string {
  return seal.dialect === DIALECT ? seal.data : context.envelope.close(seal)
}
