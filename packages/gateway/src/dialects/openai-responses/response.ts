// Whole answers.

import type { Answer } from '../../core/answer.ts'
import { arrayOf, isJsonObject, numberOf, stringOf, type JsonObject } from '../../core/json.ts'
import { decodeItem, finishOf } from './decode-items.ts'
import { usageOfReply } from './usage.ts'

export { encodeAnswer } from './encode-answer.ts'

const UNFINISHED: ReadonlySet<unknown> = new Set(['failed', 'cancelled', 'queued', 'in_progress'])

/** Null for what is no answer, or not one yet: a failed response, one that is queued or cancelled. */
export function decodeAnswer(body: JsonObject): Answer | null {
  const output = arrayOf(body['output'])
  if (output === undefined || UNFINISHED.has(body['status']) || isJsonObject(body['error'])) return null
  const parts = output.filter(isJsonObject).flatMap(decodeItem)
  const called = parts.some((part) => part.type === 'tool-call')
  const refused = parts.some((part) => part.type === 'refusal')
  const serviceTier = readServiceTier(body)
  return {
    id: stringOf(body['id']) ?? '',
    model: stringOf(body['model']) ?? '',
    createdAtSeconds: Math.floor(numberOf(body['created_at']) ?? 0),
    choices: [{ parts, finish: finishOf(body, called, refused) }],
    usage: usageOfReply(body),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
}

/** `auto` is what was asked for, not what was used. */
export function readServiceTier(response: JsonObject): string | undefined {
  const tier = stringOf(response['service_tier'])
  return tier === 'auto' ? undefined : tier
}
