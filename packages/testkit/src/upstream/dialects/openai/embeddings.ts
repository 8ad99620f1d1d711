import { hashText } from '../../../random.ts'
import { countTokens } from '../../answer.ts'
import { type Incoming, jsonReply, type Reply } from '../dialect.ts'
import { unitVector } from '../vectors.ts'
import { BadRequest, optionalCount, parseBody, replyHeaders, requiredModel } from './wire.ts'

const DEFAULT_DIMENSIONS: Readonly<Record<string, number>> = { 'text-embedding-3-large': 3072 }

const MAX_DIMENSIONS = 100_000

/** POST /v1/embeddings: unit vectors that depend only on the input, as floats or as base64 of little-endian float32. */
export function embeddingsReply(incoming: Incoming): Reply {
  const request = parseBody(incoming.body)
  const model = requiredModel(request)
  const inputs = readInput(request['input'])
  const dimensions = optionalCount(request, 'dimensions', MAX_DIMENSIONS) ?? DEFAULT_DIMENSIONS[model] ?? 1536
  const base64 = request['encoding_format'] === 'base64'
  const promptTokens = inputs.reduce((sum, input) => sum + input.tokens, 0)
  const body = {
    object: 'list',
    data: inputs.map(({ seed }, index) => {
      const vector = unitVector(seed, dimensions)
      return { object: 'embedding', index, embedding: base64 ? toBase64(vector) : vector }
    }),
    // The one family whose ids are not dated.
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  }
  return jsonReply(200, JSON.stringify(body), { promptTokens, completionTokens: 0 }, replyHeaders(incoming))
}

function readInput(input: unknown): { seed: number; tokens: number }[] {
  const refusal = new BadRequest(
    "Invalid 'input': expected a string, an array of strings or of tokens.",
    'input',
    'invalid_type',
  )
  if (typeof input === 'string') return [oneText(input)]
  if (!Array.isArray(input) || input.length === 0) throw refusal
  if (input.every((part) => typeof part === 'string')) return input.map(oneText)
  if (input.every((part) => typeof part === 'number')) return [oneTokenArray(input)]
  if (input.every((part) => Array.isArray(part))) return input.map(oneTokenArray)
  throw refusal
}

function oneText(text: string): { seed: number; tokens: number } {
  return { seed: hashText(text), tokens: Math.max(1, countTokens(text)) }
}

function oneTokenArray(tokens: readonly unknown[]): { seed: number; tokens: number } {
  return { seed: hashText(tokens.join(',')), tokens: tokens.length }
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
