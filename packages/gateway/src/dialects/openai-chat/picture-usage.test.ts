import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenUsage } from '../../core/token-usage.ts'
import { PictureUsage } from './picture-usage.ts'

const BASE64 = 'iVBORw0KGgo'.repeat(900)
const USAGE = {
  total_tokens: 4_200,
  input_tokens: 40,
  output_tokens: 4_160,
  input_tokens_details: { text_tokens: 10, image_tokens: 30 },
}
const COUNTED = tokenUsage({ input: 40, imageInput: 30, output: 4_160, imageOutput: 4_160 })

function event(type: string, more: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, b64_json: BASE64, created_at: 1, ...more })}\n\n`
}

describe('the usage of pictures that pass by', () => {
  const stream =
    event('image_generation.partial_image', { partial_image_index: 0 }) +
    event('image_generation.completed', { size: '1024x1024', usage: USAGE })
  const reply = JSON.stringify({ created: 1, data: [{ b64_json: BASE64 }, { b64_json: BASE64 }], usage: USAGE })

  it('is the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(2_000), (size, first) => {
        for (const [form, text, images] of [
          ['events', stream, 1],
          ['json', reply, 2],
        ] as const) {
          const pictures = new PictureUsage(form)
          const bytes = Buffer.from(text)
          pictures.push(bytes.subarray(0, first))
          for (let at = first; at < bytes.length; at += size) pictures.push(bytes.subarray(at, at + size))
          expect(pictures.total()).toEqual({ ...COUNTED, images })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is their number where the server says no more', () => {
    const pictures = new PictureUsage('events')
    pictures.push(Buffer.from(event('image_generation.completed', {})))
    expect(pictures.total()).toEqual(tokenUsage({ images: 1 }))
  })

  it('is nothing where there was none', () => {
    expect(new PictureUsage('json').total()).toBe(null)
  })
})
