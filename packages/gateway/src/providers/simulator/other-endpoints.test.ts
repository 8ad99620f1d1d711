import { inflateSync } from 'node:zlib'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator } from './server.ts'
import type { Simulator } from './server.ts'

let simulator: Simulator
let client: OpenAI

beforeAll(async () => {
  const models = [{ id: 'gpt-4o', ownedBy: 'openai' }, { id: 'vendor/model-1' }]
  simulator = await startSimulator({ models, tokensPerSecond: 100_000 })
  client = new OpenAI({ baseURL: simulator.url, apiKey: 'unused', maxRetries: 0 })
})
afterAll(() => simulator.close())

describe('completions', () => {
  test('answers every prompt n times, sixteen tokens long unless told otherwise', async () => {
    const answer = await client.completions.create({ model: 'm', prompt: ['Hello', 'Tell me a story'], n: 2 })
    expect(answer).toMatchObject({ object: 'text_completion', model: 'm' })
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1, 2, 3])
    expect(answer.choices[2]).toMatchObject({ finish_reason: 'length', logprobs: null })
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(64)
  })

  test('streams the same text', async () => {
    const ask = { model: 'm', prompt: 'Tell me a story', max_tokens: 500 }
    const whole = await client.completions.create(ask)
    const chunks = await Array.fromAsync(await client.completions.create({ ...ask, stream: true }))
    expect(chunks.map((chunk) => chunk.choices[0]?.text).join('')).toBe(whole.choices[0]?.text)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
  })
})

describe('embeddings', () => {
  const embed = async (input: string, more: object = {}) =>
    (await client.embeddings.create({ model: 'text-embedding-3-small', input, ...more })).data[0]!.embedding
  const dot = (one: readonly number[], other: readonly number[]) =>
    one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)

  test('are fixed, of length one, and 1536 or 3072 long by model', async () => {
    const vector = await embed('The quick brown fox', { encoding_format: 'float' })
    expect(vector).toHaveLength(1536)
    expect(dot(vector, vector)).toBeCloseTo(1, 5)
    expect(await embed('The quick brown fox', { encoding_format: 'float' })).toEqual(vector)
    const large = await client.embeddings.create({ model: 'text-embedding-3-large', input: 'x' })
    expect(large.data[0]?.embedding).toHaveLength(3072)
  })

  test('say the same as base64 and as numbers', async () => {
    const numbers = await embed('fox', { encoding_format: 'float' })
    // The SDK asks for base64 by itself and decodes it.
    const decoded = await embed('fox')
    expect(decoded).toEqual(numbers.map((value) => Math.fround(value)))
  })

  test('lie closer for texts that share words', async () => {
    const fox = await embed('the quick brown fox jumps')
    expect(dot(fox, await embed('a quick brown fox'))).toBeGreaterThan(
      dot(fox, await embed('quarterly tax report')) + 0.3,
    )
  })

  test('take several texts, token numbers and fewer dimensions', async () => {
    const many = await client.embeddings.create({ model: 'm', input: ['a', 'b'], dimensions: 64 })
    expect(many.data.map((item) => [item.index, item.embedding.length])).toEqual([
      [0, 64],
      [1, 64],
    ])
    expect(dot(many.data[0]!.embedding, many.data[0]!.embedding)).toBeCloseTo(1, 5)
    const tokens = await client.embeddings.create({ model: 'm', input: [[1, 2, 3], [4]] })
    expect(tokens.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no text', ''],
    ['an empty list', []],
    ['objects', [{}]],
  ])('refuse %s with a 400', async (_name, input) => {
    await expect(client.embeddings.create({ model: 'm', input: input as string })).rejects.toThrow(/^400 /)
  })
})

describe('images', () => {
  test('are real PNG files of the size that was asked for, with usage', async () => {
    const prompt = 'a cat reading a book, watercolor'
    const answer = await client.images.generate({ model: 'gpt-image-1', prompt, size: '1024x1024' })
    expect(answer).toMatchObject({ size: '1024x1024', output_format: 'png', usage: { output_tokens: 1056 } })
    const png = readPng(Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64'))
    expect(png).toMatchObject({ width: 1024, height: 1024, rowBytes: 1025 * 1024 })
    expect(png.bytes).toBeLessThan(200_000)
  })

  test('are the same for the same prompt and differ within n', async () => {
    const ask = { model: 'gpt-image-1', prompt: 'a harbour', size: '256x256', n: 2 } as const
    const [one, other] = [await client.images.generate(ask), await client.images.generate(ask)]
    expect(one.data).toEqual(other.data)
    expect(one.data?.[0]).not.toEqual(one.data?.[1])
  })

  test('come as a link with the data in it from the older models', async () => {
    const answer = await client.images.generate({ model: 'dall-e-3', prompt: 'x', size: '256x256' })
    expect(answer.data?.[0]?.url).toMatch(/^data:image\/png;base64,iVBOR/)
    const bytes = await client.images.generate({
      model: 'dall-e-3',
      prompt: 'x',
      size: '256x256',
      response_format: 'b64_json',
    })
    expect(bytes.data?.[0]?.b64_json).toMatch(/^iVBOR/)
  })

  test('can be streamed', async () => {
    const stream = await client.images.generate({
      model: 'gpt-image-1',
      prompt: 'x',
      size: '64x48',
      stream: true,
      partial_images: 1,
    })
    const events = await Array.fromAsync(stream)
    expect(events.map((event) => event.type)).toEqual(['image_generation.partial_image', 'image_generation.completed'])
  })

  test.each(['9x9', '99999x1', '4000x4000', 'large'])('of size %s are refused', async (size) => {
    await expect(client.images.generate({ model: 'm', prompt: 'x', size })).rejects.toMatchObject({
      status: 400,
      param: 'size',
    })
  })
})

test('moderations flag unmistakable words, with every category', async () => {
  const answer = await client.moderations.create({ input: ['I will kill you', 'a cup of tea'] })
  expect(answer.id).toMatch(/^modr-/)
  expect(answer.results.map((result) => result.flagged)).toEqual([true, false])
  expect(answer.results[0]?.categories.violence).toBe(true)
  expect(Object.keys(answer.results[1]?.categories ?? {})).toHaveLength(13)
  expect(Object.keys(answer.results[1]?.category_scores ?? {})).toHaveLength(13)
  const parts = [{ type: 'image_url' as const, image_url: { url: 'data:,' } }]
  expect((await client.moderations.create({ input: parts })).results).toHaveLength(1)
})

describe('models', () => {
  test('are listed and found by id, one with a slash too', async () => {
    const list = await client.models.list()
    expect(list.data.map((model) => [model.id, model.object, model.owned_by])).toEqual([
      ['gpt-4o', 'model', 'openai'],
      ['vendor/model-1', 'model', 'fairlead-simulator'],
    ])
    expect(await client.models.retrieve('vendor/model-1')).toMatchObject({ id: 'vendor/model-1' })
  })

  test('that are not listed are a 404', async () => {
    await expect(client.models.retrieve('gpt-9')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  })
})

/** Size and decompressed rows of a PNG whose chunks are walked by their lengths. */
function readPng(file: Buffer): { width: number; height: number; rowBytes: number; bytes: number } {
  expect(file.subarray(1, 4).toString('latin1')).toBe('PNG')
  const data: Buffer[] = []
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12) {
    const type = file.toString('latin1', at + 4, at + 8)
    if (type === 'IDAT') data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  const rowBytes = inflateSync(Buffer.concat(data)).length
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), rowBytes, bytes: file.length }
}
