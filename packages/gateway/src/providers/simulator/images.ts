// POST /v1/images/generations: a real PNG, drawn from the prompt.

import { badField } from './errors.ts'
import { readDirectives } from './faults.ts'
import { missing, oneOf, optionalBoolean, optionalNumber, optionalString, requiredString } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { drawPicture } from './picture.ts'
import { encodePng } from './png.ts'
import type { Answer, ReplyContext, StreamEvent } from './reply.ts'
import { countTokens } from './tokens.ts'

const MAX_SIDE = 3840
/** 3840 x 2160, the largest size that any of the models takes. */
const MAX_PIXELS = 8_294_400

/** Tokens of a 1024 x 1024 image by quality; source: OpenAI's price list of gpt-image-1. Larger ones in proportion. */
const IMAGE_TOKENS = { low: 272, medium: 1056, high: 4160 } as const

export async function images(body: JsonObject, context: ReplyContext): Promise<Answer> {
  const model = optionalString(body, 'model') ?? 'dall-e-2'
  const prompt = requiredString(body, 'prompt')
  if (prompt === '') throw missing('prompt')
  const count = optionalNumber(body, 'n', { min: 1, max: 10, integer: true }) ?? 1
  const { width, height } = readSize(body)
  // The older models answer with a link unless told otherwise, the newer ones never do; we have no link but the data itself.
  const olderModel = model.startsWith('dall-e')
  const format = oneOf(body, 'response_format', ['url', 'b64_json']) ?? (olderModel ? 'url' : 'b64_json')
  const stream = optionalBoolean(body, 'stream') ?? false
  const partials = optionalNumber(body, 'partial_images', { min: 0, max: 3, integer: true }) ?? 0

  const { directives, text } = readDirectives(prompt)
  const files: string[] = []
  // One after the other: an image is megabytes before it is compressed.
  for (let i = 0; i < count; i++) files.push((await encodePng(drawPicture(text, width, height, i))).toString('base64'))

  const quality = readQuality(body)
  const facts = { background: 'opaque', output_format: 'png', quality, size: `${width}x${height}` }
  const usage = countUsage(text, IMAGE_TOKENS[quality] * count * ((width * height) / 1_048_576))
  if (stream) {
    const common = { created_at: context.createdS, ...facts }
    return { directives, reply: { kind: 'stream', events: events(files, partials, common, usage), done: false } }
  }
  const data = files.map((file) => (format === 'url' ? { url: `data:image/png;base64,${file}` } : { b64_json: file }))
  const reply = { created: context.createdS, data, ...(olderModel ? {} : { ...facts, usage }) }
  return { directives, reply: { kind: 'json', body: reply } }
}

function readSize(body: JsonObject): { width: number; height: number } {
  const size = optionalString(body, 'size') ?? 'auto'
  if (size === 'auto') return { width: 1024, height: 1024 }
  const match = /^(\d{1,5})x(\d{1,5})$/u.exec(size)
  const width = Number(match?.[1] ?? 0)
  const height = Number(match?.[2] ?? 0)
  if (width < 16 || height < 16 || Math.max(width, height) > MAX_SIDE || width * height > MAX_PIXELS) {
    const text = `Invalid value for 'size': '${size}'. Use WIDTHxHEIGHT with sides from 16 to ${MAX_SIDE}, at most ${MAX_PIXELS} pixels.`
    throw badField(text, 'size', 'invalid_value')
  }
  return { width, height }
}

/** The names of every generation of models, on the three steps that have a price. */
function readQuality(body: JsonObject): keyof typeof IMAGE_TOKENS {
  const known = ['auto', 'standard', 'low', 'medium', 'high', 'hd', 'xhigh', 'max'] as const
  const quality = oneOf(body, 'quality', known) ?? 'auto'
  if (quality === 'low' || quality === 'medium') return quality
  return quality === 'auto' || quality === 'standard' ? 'medium' : 'high'
}

function countUsage(prompt: string, imageTokens: number): JsonObject {
  const text = countTokens(prompt)
  const image = Math.round(imageTokens)
  return {
    input_tokens: text,
    input_tokens_details: { text_tokens: text, image_tokens: 0 },
    output_tokens: image,
    output_tokens_details: { text_tokens: 0, image_tokens: image },
    total_tokens: text + image,
  }
}

function* events(
  files: readonly string[],
  partials: number,
  common: JsonObject,
  usage: JsonObject,
): Generator<StreamEvent> {
  for (const b64_json of files) {
    for (let index = 0; index < partials; index++) {
      const name = 'image_generation.partial_image'
      yield { name, data: { type: name, partial_image_index: index, b64_json, ...common }, afterTokens: index }
    }
    const name = 'image_generation.completed'
    yield { name, data: { type: name, b64_json, ...common, usage }, afterTokens: partials }
  }
}
