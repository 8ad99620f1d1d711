import fc from 'fast-check'
import { expect, it } from 'vitest'
import { asciiJson, headerValue } from './ascii-json.ts'

it('writes any text as ASCII that means the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = asciiJson(text)
      expect(json).toMatch(/^[\x20-\x7e]*$/)
      expect(JSON.parse(json)).toBe(text)
    }),
  )
})

it('never lets a header value hold what a header cannot', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(headerValue(text)).toMatch(/^[\x20-\x7e]*$/)
    }),
  )
  expect(headerValue('gpt-4o')).toBe('gpt-4o')
  expect(headerValue('modèle\r\nx: y')).toBe('mod%C3%A8le%0D%0Ax: y'.replace(' ', '%20'))
})
