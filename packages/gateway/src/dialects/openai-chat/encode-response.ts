// An answer as `chat.completion`, with every member that OpenAI's schema requires (null where there is nothing).
// Source: `CreateChatCompletionResponse` of OpenAI's OpenAPI document. Beyond it: `reasoning_content` and
// `reasoning_details`, `images` (OpenRouter), `extra_content` (Gemini's OpenAI endpoint), `stop_reason` (vLLM),
// `usage.cost`.

import type { Annotation, Answer, AnswerChoice, AnswerMedia, AnswerToolCall } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { dataUrl } from '../../core/media.ts'
import { MALFORMED_MESSAGE, wordFor } from './finish-reasons.ts'
import { encodeDetails } from './reasoning-details.ts'
import { writeUsage } from './usage.ts'
import { CHAT, defined, SERVICE_TIERS } from './wire.ts'

/** @throws {GatewayError} `upstream_error` for an answer that is malformed: a failure, never a success (H39) */
export function encodeAnswer(answer: Answer, context: ReplyContext): JsonObject {
  const { usage, serviceTier } = answer
  return {
    id: `chatcmpl-${context.replyId}`,
    object: 'chat.completion',
    created: context.nowSeconds,
    model: context.publicModel,
    choices: answer.choices.map((choice, index) => encodeChoice(choice, index, context)),
    ...(usage === null ? {} : { usage: writeUsage(usage, context) }),
    ...defined({ service_tier: knownTier(serviceTier) }),
  }
}

export function knownTier(tier: string | undefined): string | undefined {
  return tier !== undefined && SERVICE_TIERS.has(tier) ? tier : undefined
}

function encodeChoice({ parts, finish }: AnswerChoice, index: number, context: ReplyContext): JsonObject {
  if (finish.reason === 'malformed')
    throw new GatewayError('upstream_error', MALFORMED_MESSAGE, { reason: 'all_failed' })
  const tokens: JsonValue[] = []
  for (const part of parts) if (part.type === 'text' && part.logprobs !== undefined) tokens.push(...part.logprobs)
  return {
    index,
    message: encodeMessage({ parts, finish }, index, context),
    logprobs: tokens.length === 0 ? null : { content: tokens, refusal: null },
    finish_reason: wordFor(finish.reason),
    ...defined({ stop_reason: finish.stopSequence }),
  }
}

function encodeMessage({ parts, finish }: AnswerChoice, choice: number, context: ReplyContext): JsonObject {
  let content: string | null = null
  let refusal = finish.reason === 'refusal' ? (finish.detail ?? null) : null
  const thoughts: string[] = []
  const details: JsonObject[] = []
  const calls: JsonObject[] = []
  const annotations: JsonObject[] = []
  const media: AnswerMedia[] = []
  let sealed = 0
  let seal: Seal | undefined
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        for (const one of part.annotations) annotations.push(...encodeAnnotation(one, (content ?? '').length))
        content = (content ?? '') + part.text
        seal = part.seal ?? seal
        break
      case 'reasoning': {
        const text = part.text === '' ? part.summary.join('\n\n') : part.text
        if (text !== '') thoughts.push(text)
        if (part.seal !== undefined) details.push(...encodeDetails(part, part.seal, sealed++, context.envelope))
        break
      }
      case 'refusal':
        refusal = part.text
        break
      case 'tool-call':
        calls.push(encodeCall(part, choice, calls.length, context))
        break
      case 'media':
        media.push(part)
        break
      case 'foreign':
        // Runs at the provider; this client could do nothing with it.
        break
      default:
        part satisfies never
    }
  }
  const isSilent = calls.length > 0 || refusal !== null
  return {
    role: 'assistant',
    content: content ?? (isSilent ? null : ''),
    refusal,
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('\n\n') }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...encodeMedia(media, choice, context),
    ...(seal === undefined ? {} : { extra_content: extraContent(seal, context) }),
  }
}

function encodeCall(part: AnswerToolCall, choice: number, index: number, context: ReplyContext): JsonObject {
  const { name, input, seal } = part
  const inner =
    part.kind === 'custom'
      ? { type: 'custom', custom: { name, input } }
      : { type: 'function', function: { name, arguments: input === '' ? '{}' : input } }
  return {
    id: callIdOf(part.id, choice, index, context),
    ...inner,
    ...(seal === undefined ? {} : { extra_content: extraContent(seal, context) }),
  }
}

/** Some upstreams give none (H24); the client must have one to answer with. */
export function callIdOf(id: string, choice: number, index: number, { replyId }: ReplyContext): string {
  return id === '' ? `call_${replyId}_${choice}_${index}` : id
}

/** Where Gemini's OpenAI endpoint keeps its thought signatures, and where its clients look for them (H40). */
export function extraContent(seal: Seal, { envelope }: ReplyContext): JsonObject {
  return { google: { thought_signature: seal.dialect === CHAT ? seal.data : envelope.close(seal) } }
}

/** Only what cites a URL can be said here. @param offset of the part's text in the whole content */
export function encodeAnnotation(annotation: Annotation, offset: number): readonly JsonObject[] {
  if (annotation.dialect === CHAT) return [annotation.value]
  const { url, title, start, end } = annotation
  if (url === undefined) return []
  const place = { start_index: offset + (start ?? 0), end_index: offset + (end ?? 0) }
  return [{ type: 'url_citation', url_citation: { url, title: title ?? '', ...place } }]
}

/** Images as OpenRouter gives them; audio as OpenAI does, of which there can be one. */
export function encodeMedia(media: readonly AnswerMedia[], choice: number, context: ReplyContext): JsonObject {
  const images: JsonObject[] = []
  let audio: JsonObject | null = null
  for (const { source } of media) {
    if (source.kind === 'base64' && source.mediaType.startsWith('audio/')) {
      const id = `audio_${context.replyId}_${choice}`
      audio ??= { id, data: source.data, expires_at: context.nowSeconds, transcript: '' }
    } else if (source.kind === 'base64' || source.kind === 'url') {
      const url = source.kind === 'url' ? source.url : dataUrl(source)
      images.push({ type: 'image_url', image_url: { url } })
    }
  }
  return { ...(images.length === 0 ? {} : { images }), ...(audio === null ? {} : { audio }) }
}
