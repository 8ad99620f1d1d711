// Pieces of answers as parts of `GenerateContentResponse`, for whole answers and for streams.

import type { AnswerPart } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { parseJsonObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { CANDIDATE_METADATA } from './citations.ts'
import { mediaToWire } from './media-parts.ts'
import { sealForClient } from './seals.ts'

/** `functionCall.args`. Invalid or cut-off arguments are handed over as text (H27). */
export function argsOf(input: string, kind: 'function' | 'custom'): JsonObject {
  if (kind === 'custom') return { input }
  if (input.trim() === '') return {}
  return parseJsonObject(input) ?? { _raw: input }
}

export function functionCall(
  { id, name, kind }: { readonly id: string; readonly name: string; readonly kind: 'function' | 'custom' },
  input: string,
): JsonObject {
  const args = argsOf(input, kind)
  return { functionCall: id === '' ? { name, args } : { id, name, args } }
}

/** A member of the candidate rather than a part of it. */
export function isCandidateMetadata(kind: string): boolean {
  return CANDIDATE_METADATA.some((name) => name === kind)
}

/** Null for what this dialect cannot show. */
export function wirePart(part: AnswerPart, context: ReplyContext): JsonObject | null {
  switch (part.type) {
    case 'text':
      return sealed({ text: part.text }, part.seal, context)
    case 'refusal':
      return { text: part.text }
    case 'reasoning': {
      const text = part.text === '' ? part.summary.join('\n\n') : part.text
      if (text === '' && part.seal === undefined) return null
      return sealed({ text, thought: true }, part.seal, context, part.redacted)
    }
    case 'tool-call':
      return sealed(functionCall(part, part.input), part.seal, context)
    case 'media':
      return sealed(mediaToWire(part.source, 'file'), part.seal, context)
    case 'foreign':
      return part.dialect === 'gemini' && !isCandidateMetadata(part.kind) ? part.value : null
    default:
      return part satisfies never
  }
}

export function sealed(part: JsonObject, seal: Seal | undefined, context: ReplyContext, redacted = false): JsonObject {
  return seal === undefined ? part : { ...part, thoughtSignature: sealForClient(seal, context.envelope, redacted) }
}
