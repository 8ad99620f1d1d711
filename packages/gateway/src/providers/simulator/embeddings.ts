// POST /v1/embeddings. Fixed vectors of length one, made from the words of a text: the same text always has the same
// vector, and texts that share words lie closer together, so that a search built on them shows something sensible.

import { setImmediate } from 'node:timers/promises'
import { readModel } from './chat-request.ts'
import { badField } from './errors.ts'
import { readDirectives } from './faults.ts'
import { oneOf, optionalNumber } from './fields.ts'
import type { JsonObject } from './fields.ts'
import type { Answer } from './reply.ts'
import { hash32, randomFrom } from './seeded.ts'
import { readTextInput } from './text-input.ts'

const DEFAULT_DIMENSIONS = 1536

/** Dimensions by model; source: OpenAI's embeddings guide. Others have 1536. */
const DIMENSIONS: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
}

/** Of each word, this many places in the vector; and only so many words count, which bounds the work of a long text. */
const PLACES_PER_WORD = 24
const MAX_WORDS = 256

const INPUTS_PER_TURN = 16

export async function embeddings(body: JsonObject): Promise<Answer> {
  const model = readModel(body)
  const inputs = readTextInput('input', body['input'])
  const empty = inputs.findIndex((input) => input.text === '')
  if (empty >= 0) throw badField(`Invalid 'input': input cannot be an empty string.`, 'input', 'invalid_value')
  const full = Object.hasOwn(DIMENSIONS, model) ? (DIMENSIONS[model] ?? DEFAULT_DIMENSIONS) : DEFAULT_DIMENSIONS
  const dimensions = optionalNumber(body, 'dimensions', { min: 1, max: full, integer: true }) ?? full
  const format = oneOf(body, 'encoding_format', ['float', 'base64']) ?? 'float'

  const { directives } = readDirectives(inputs[0]?.text ?? '')
  const data: unknown[] = []
  for (const [index, input] of inputs.entries()) {
    const vector = embed(input.text, full, dimensions)
    data.push({ object: 'embedding', index, embedding: format === 'float' ? vector : toBase64(vector) })
    // Two thousand vectors are most of a second: others get their turn in between.
    if (index % INPUTS_PER_TURN === INPUTS_PER_TURN - 1) await setImmediate()
  }
  const tokens = inputs.reduce((sum, input) => sum + input.tokens, 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return { directives, reply: { kind: 'json', body: { object: 'list', data, model, usage } } }
}

/** A vector of length one. Fewer dimensions are the beginning of the full vector, as with the models that offer it. */
function embed(text: string, fullDimensions: number, dimensions: number): number[] {
  const vector = new Float64Array(fullDimensions)
  const whole = randomFrom(hash32(text))
  // A faint trace of the exact text tells apart those that have the same words.
  for (let i = 0; i < fullDimensions; i++) vector[i] = (whole() - 0.5) * 0.1
  const words = new Set(
    text
      .slice(0, 20_000)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, MAX_WORDS),
  )
  for (const word of words) {
    const random = randomFrom(hash32(word, 1))
    for (let i = 0; i < PLACES_PER_WORD; i++) {
      const at = Math.floor(random() * fullDimensions)
      vector[at] = (vector[at] ?? 0) + (random() < 0.5 ? -1 : 1)
    }
  }
  const kept = vector.subarray(0, dimensions)
  const length = Math.hypot(...kept) || 1
  // Eight places keep the JSON short; the length stays one to seven.
  return Array.from(kept, (value) => Math.round((value / length) * 1e8) / 1e8)
}

/** Little-endian 32-bit floats, as OpenAI sends them. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
