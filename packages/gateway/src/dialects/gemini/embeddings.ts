// Embeddings: `embedContent` and `batchEmbedContents` as OpenAI's `/v1/embeddings`, and the other way round. One text is
// one vector in both; Google's task types and titles have no equivalent and are named as dropped.

import { arrayOf, isJsonObject, numberOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { tokenCount } from '../../core/token-usage.ts'
import { bareModelName, modelResource } from './model-path.ts'
import { field, invalid, listField, numberField, objectField, otherFields } from './wire.ts'

export type EmbedMethod = 'embedContent' | 'batchEmbedContents'

export interface TranslatedEmbedding {
  readonly body: JsonObject
  /** Names of fields in the client's words, for `X-Fairlead-Dropped`. */
  readonly dropped: readonly string[]
}

// --- a Gemini client, an upstream of OpenAI's dialect ---

const REQUEST_FIELDS: ReadonlySet<string> = new Set(['model', 'content', 'outputDimensionality', 'embedContentConfig'])

/**
 * @param model the upstream's own name
 * @throws {GatewayError} for content that is not text, and for requests of one batch that differ in their size
 */
export function geminiEmbedToOpenai(body: JsonObject, method: EmbedMethod, model: string): TranslatedEmbedding {
  const batch = method === 'batchEmbedContents'
  const requests = batch ? listField(body, 'requests', 'requests') : [body]
  if (requests.length === 0) invalid('requests', 'requests is empty: give at least one {"content": …}.')
  const dropped = new Set<string>()
  const sizes = new Set<number | undefined>()
  const input: string[] = []
  for (const [index, entry] of requests.entries()) {
    const at = batch ? `requests[${index}].` : ''
    const request = objectOf(entry) ?? invalid(`requests[${index}]`, `requests[${index}] must be an object.`)
    input.push(textOfContent(request, at))
    sizes.add(sizeOf(request, at))
    for (const [name] of otherFields(request, REQUEST_FIELDS)) dropped.add(name)
  }
  if (sizes.size > 1) invalid('requests', 'All requests of a batch must ask for the same outputDimensionality.')
  const [dimensions] = sizes
  return {
    body: {
      model,
      input: batch ? input : (input[0] ?? ''),
      encoding_format: 'float',
      ...(dimensions === undefined ? {} : { dimensions }),
    },
    dropped: [...dropped],
  }
}

/** The model that the body names; '' = none. */
export function embeddedModel(body: JsonObject): string {
  const first = objectOf(arrayOf(field(body, 'requests'))?.[0])
  return bareModelName(stringOf(body['model']) ?? stringOf(first?.['model']) ?? '')
}

function textOfContent(request: JsonObject, at: string): string {
  const content = field(request, 'content')
  if (typeof content === 'string') return content
  const object =
    objectOf(content) ?? invalid(`${at}content`, `${at}content is missing: give {"parts": [{"text": "…"}]}.`)
  const texts = listField(object, 'parts', `${at}content.parts`).map((part, index) => {
    const text = typeof part === 'string' ? part : stringOf(objectOf(part)?.['text'])
    return text ?? invalid(`${at}content.parts[${index}]`, 'This model embeds text only.')
  })
  return texts.length === 0 ? invalid(`${at}content.parts`, `${at}content.parts is empty.`) : texts.join('\n')
}

function sizeOf(request: JsonObject, at: string): number | undefined {
  // Newer SDKs put it one level down.
  const config = objectField(request, 'embedContentConfig', `${at}embedContentConfig`) ?? {}
  const name = 'outputDimensionality'
  return numberField(request, name, `${at}${name}`) ?? numberField(config, name, `${at}embedContentConfig.${name}`)
}

/** Null when the reply has no vectors. @param reply of `/v1/embeddings` */
export function openaiEmbeddingsToGemini(reply: JsonObject, method: EmbedMethod): JsonObject | null {
  const data = arrayOf(reply['data'])
  if (data === undefined) return null
  const ordered = data
    .map((entry, position) => ({ entry: objectOf(entry), index: numberOf(objectOf(entry)?.['index']) ?? position }))
    .sort((one, other) => one.index - other.index)
  const embeddings = ordered.map(({ entry }) => ({ values: vectorOf(entry?.['embedding']) }))
  const usage = objectOf(reply['usage'])
  const tokens = tokenCount(numberOf(usage?.['prompt_tokens']) ?? numberOf(usage?.['total_tokens']))
  const counted = usage === undefined ? {} : { usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens } }
  if (method === 'batchEmbedContents') return { embeddings, ...counted }
  return { embedding: embeddings[0] ?? { values: [] }, ...counted }
}

/** Numbers, also where they came as base64 of 32-bit floats. */
function vectorOf(embedding: JsonValue | undefined): readonly JsonValue[] {
  if (typeof embedding !== 'string') return arrayOf(embedding) ?? []
  const bytes = Buffer.from(embedding, 'base64')
  const values: number[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) values.push(bytes.readFloatLE(at))
  return values
}

// --- a client of OpenAI's dialect, a Gemini upstream ---

const OPENAI_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'dimensions',
  'encoding_format',
  'encodingFormat',
])

/**
 * A body for `batchEmbedContents`, also for one text.
 * @throws {GatewayError} for token ids, which Google's tokenizer does not share
 */
export function openaiEmbedToGemini(body: JsonObject, model: string): TranslatedEmbedding {
  const dimensions = numberField(body, 'dimensions', 'dimensions')
  const size = dimensions === undefined ? {} : { outputDimensionality: dimensions }
  const requests = textsOf(body).map((text) => ({
    model: modelResource(model),
    content: { parts: [{ text }] },
    ...size,
  }))
  return { body: { requests }, dropped: otherFields(body, OPENAI_FIELDS).map(([name]) => snakeNameIn(body, name)) }
}

/** A body for Vertex AI's older `:predict`. @throws {GatewayError} see above */
export function openaiEmbedToVertexPredict(body: JsonObject): TranslatedEmbedding {
  const dimensions = numberField(body, 'dimensions', 'dimensions')
  return {
    body: {
      instances: textsOf(body).map((content) => ({ content })),
      ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
    },
    dropped: otherFields(body, OPENAI_FIELDS).map(([name]) => snakeNameIn(body, name)),
  }
}

function snakeNameIn(body: JsonObject, name: string): string {
  return name in body ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function textsOf(body: JsonObject): string[] {
  const { input } = body
  if (typeof input === 'string') return [input]
  const list = arrayOf(input) ?? invalid('input', 'input must be a text or an array of texts.')
  if (list.length === 0) invalid('input', 'input is empty: give at least one text.')
  return list.map((text, index) =>
    typeof text === 'string' ? text : invalid(`input[${index}]`, 'This model takes texts, not token ids.'),
  )
}

export interface OpenaiEmbeddingReply {
  /** The public id. */
  readonly model: string
  readonly base64: boolean
  /** Stands where Google does not say how many there were. */
  readonly estimatedTokens: number
}

/** Null when the reply has no vectors. @param reply of `embedContent`, `batchEmbedContents` or Vertex AI's `:predict` */
export function geminiEmbeddingsToOpenai(reply: JsonObject, as: OpenaiEmbeddingReply): JsonObject | null {
  const found = geminiVectors(reply)
  if (found === null) return null
  const { vectors } = found
  const tokens = found.tokens ?? as.estimatedTokens
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: as.base64 ? base64Of(vector) : vector,
    })),
    model: as.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** How many tokens were embedded; null when the reply does not say. */
export function embeddedTokens(reply: JsonObject): number | null {
  return geminiVectors(reply)?.tokens ?? null
}

function geminiVectors(reply: JsonObject): { vectors: (readonly JsonValue[])[]; tokens: number | null } | null {
  const predictions = arrayOf(reply['predictions'])?.map((entry) => objectOf(objectOf(entry)?.['embeddings']) ?? {})
  const single = objectOf(reply['embedding'])
  const list = predictions ?? arrayOf(reply['embeddings']) ?? (single === undefined ? undefined : [single])
  if (list === undefined) return null
  const entries = list.filter(isJsonObject)
  const counted = numberOf(objectOf(reply['usageMetadata'])?.['promptTokenCount'])
  const counts = entries.map((entry) => {
    const statistics = objectOf(entry['statistics'])
    return numberOf(statistics?.['token_count'] ?? statistics?.['tokenCount'])
  })
  const known = counts.filter((count) => count !== undefined)
  const summed = known.length === 0 ? null : known.reduce((sum, count) => sum + tokenCount(count), 0)
  return {
    vectors: entries.map((entry) => arrayOf(entry['values']) ?? []),
    tokens: counted === undefined ? summed : tokenCount(counted),
  }
}

function base64Of(vector: readonly JsonValue[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(numberOf(value) ?? 0, index * 4)
  return bytes.toString('base64')
}
