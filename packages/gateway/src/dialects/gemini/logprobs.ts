// Log probabilities: Google's two parallel lists, and OpenAI's one list that the canonical answer uses.

import { arrayOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** @param result `candidates[].logprobsResult` */
export function readLogprobs(result: JsonValue | undefined): readonly JsonValue[] | undefined {
  const lists = objectOf(result)
  const chosen = arrayOf(lists?.['chosenCandidates'])
  if (chosen === undefined || chosen.length === 0) return undefined
  const top = arrayOf(lists?.['topCandidates']) ?? []
  return chosen.map((entry, index) => {
    const others = arrayOf(objectOf(top[index])?.['candidates']) ?? []
    return { ...readEntry(entry), top_logprobs: others.map(readEntry) }
  })
}

function readEntry(entry: JsonValue): JsonObject {
  const candidate = objectOf(entry) ?? {}
  const token = stringOf(candidate['token']) ?? ''
  return { token, logprob: candidate['logProbability'] ?? 0, bytes: [...Buffer.from(token)] }
}

export function writeLogprobs(logprobs: readonly JsonValue[]): JsonObject {
  const entries = logprobs.map((entry) => objectOf(entry) ?? {})
  return {
    chosenCandidates: entries.map(writeEntry),
    topCandidates: entries.map((entry) => ({
      candidates: (arrayOf(entry['top_logprobs']) ?? []).map((other) => writeEntry(objectOf(other) ?? {})),
    })),
  }
}

function writeEntry(entry: JsonObject): JsonObject {
  return { token: stringOf(entry['token']) ?? '', logProbability: entry['logprob'] ?? 0 }
}
