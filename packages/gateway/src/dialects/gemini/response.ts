// Whole answers.

import type { Answer, AnswerChoice, AnswerPart } from '../../core/answer.ts'
import { AnswerCollector } from '../../core/collect-answer.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { arrayOf, objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isCandidateMetadata, wirePart } from './answer-parts.ts'
import { ThoughtCarrier } from './carried-thoughts.ts'
import { ChunkReader } from './chunk-reader.ts'
import { GroundingWriter } from './citations.ts'
import { readBlockedPrompt, writeFinish } from './finish-reason.ts'
import { writeLogprobs } from './logprobs.ts'
import { writeUsage } from './usage.ts'

/** Null when the body is no `GenerateContentResponse`. */
export function decodeAnswer(body: JsonObject): Answer | null {
  if (body['error'] != null) return null
  const isAnswer =
    arrayOf(body['candidates']) !== undefined ||
    objectOf(body['promptFeedback']) !== undefined ||
    objectOf(body['usageMetadata']) !== undefined
  if (!isAnswer) return null
  const collector = new AnswerCollector()
  const emit = collector.push.bind(collector)
  const reader = new ChunkReader()
  reader.push(body, emit)
  reader.end(emit, true)
  return collector.answer()
}

export function encodeAnswer(answer: Answer, context: ReplyContext): JsonObject {
  const { choices, usage, serviceTier } = answer
  const blocked = choices.length === 1 && choices[0]?.parts.length === 0 ? readBlockedPrompt(choices[0].finish) : null
  const reply: { [name: string]: JsonValue } = {
    candidates: blocked === null ? choices.map((choice, index) => encodeChoice(choice, index, context)) : [],
  }
  if (blocked !== null) reply['promptFeedback'] = promptFeedback(blocked)
  if (usage !== null) reply['usageMetadata'] = writeUsage(usage, serviceTier)
  reply['modelVersion'] = context.publicModel
  reply['responseId'] = context.replyId
  return reply
}

export function promptFeedback({ reason, message }: { reason: string; message: string | undefined }): JsonObject {
  return { blockReason: reason, ...(message === undefined ? {} : { blockReasonMessage: message }) }
}

function encodeChoice({ parts, finish }: AnswerChoice, index: number, context: ReplyContext): JsonObject {
  const content: JsonObject[] = []
  const grounding = new GroundingWriter()
  const thoughts = new ThoughtCarrier()
  const logprobs: JsonValue[] = []
  const candidate: { [name: string]: JsonValue } = {}
  for (const part of parts) {
    const wire = wirePart(withThoughts(part, thoughts), context)
    if (wire !== null) content.push(wire)
    if (part.type === 'foreign' && part.dialect === 'gemini' && isCandidateMetadata(part.kind)) {
      candidate[part.kind] = part.value
    }
    if (part.type !== 'text') continue
    for (const annotation of part.annotations) grounding.add(annotation, part.text)
    if (part.logprobs !== undefined) logprobs.push(...part.logprobs)
  }
  // What was said without words is still something: clients keep only answers with parts as their history.
  if (content.length === 0 && parts.length > 0) content.push({ text: '' })
  const metadata = grounding.metadata()
  return {
    content: content.length === 0 ? { role: 'model' } : { parts: content, role: 'model' },
    ...writeFinish(finish),
    index,
    ...(metadata === null || hasOwnMetadata(candidate) ? {} : { groundingMetadata: metadata }),
    ...(logprobs.length === 0 ? {} : { logprobsResult: writeLogprobs(logprobs) }),
    ...candidate,
  }
}

/** A call takes along what was thought before it. */
function withThoughts(part: AnswerPart, thoughts: ThoughtCarrier): AnswerPart {
  if (part.type === 'reasoning') thoughts.add(part.text || part.summary.join('\n\n'), part.seal, part.redacted)
  if (part.type !== 'tool-call') return part
  const seal = thoughts.take(part.seal)
  return seal === undefined ? part : { ...part, seal }
}

/** The citations came from there: they are not said twice. */
export function hasOwnMetadata(candidate: JsonObject): boolean {
  return candidate['groundingMetadata'] !== undefined || candidate['citationMetadata'] !== undefined
}
