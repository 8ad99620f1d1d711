import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from './errors.ts'
import { type FieldNames, Notes } from './field-notes.ts'

/** Gemini's, where they matter here. */
const NAMES = new Proxy(
  { seed: 'generationConfig.seed', maxOutputTokens: 'generationConfig.maxOutputTokens' },
  {
    get: (known, key) => Reflect.get(known, key) ?? String(key),
  },
) as unknown as FieldNames

describe('what happened to the fields of a request', () => {
  it('is told in the client’s own words, each once, in the order in which it happened', () => {
    const notes = new Notes(NAMES)
    notes.drop('seed')
    notes.dropAt('tools[3]')
    notes.change('maxOutputTokens', 16_384)
    notes.drop('seed')
    expect(notes.toHeader()).toBe('generationConfig.seed, tools[3], generationConfig.maxOutputTokens=16384')
    expect(new Notes(NAMES).toHeader()).toBe('')
  })

  it('is a 400 that names the field where the meaning would change', () => {
    const notes = new Notes(NAMES)
    for (const [refuse, param] of [
      [() => notes.refuse('seed', 'No seeds here.'), 'generationConfig.seed'],
      [() => notes.refuseAt('messages[1]', 'No seeds here.'), 'messages[1]'],
    ] as const) {
      expect(refuse).toThrow(GatewayError)
      expect(refuse).toThrow(
        expect.objectContaining({ code: 'invalid_request', status: 400, message: 'No seeds here.', param }) as Error,
      )
    }
  })

  it('is always a legal header of bounded size', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 300 }), (places) => {
        const notes = new Notes(NAMES)
        for (const place of places) notes.dropAt(place)
        expect(notes.toHeader()).toMatch(/^[\x20-\x7e]*$/)
      }),
    )
    const many = new Notes(NAMES)
    for (let index = 0; index < 1_000; index += 1) many.dropAt(`tools[${index}].strict`)
    expect(many.toHeader().length).toBeLessThan(4_100)
    expect(many.toHeader()).toMatch(/^tools\[0\]\.strict, .*, \+\d+$/)
  })
})
