import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idIn, joined, partsOf } from './response-parts.ts'

describe('a response in parts', () => {
  it('is the same text again when it is put together', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.string({ minLength: 250, maxLength: 300 }))),
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        (members, output) => {
          const text = JSON.stringify({ ...members, output, status: 'completed' })
          const parts = partsOf(text)
          expect(parts.output).toEqual(output.map((item) => JSON.stringify(item)))
          expect(joined(parts.shell, parts.output, parts.members)).toBe(text)
          expect(parts.shell.length).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })

  it('keeps the spelling of numbers and of space', () => {
    const text =
      '{ "output" : [{"a":1.0}, {"b":1e400}], "status": "incomplete", "tools": [' + '{"x": 1.50},'.repeat(40) + '0] }'
    const parts = partsOf(text)
    expect(parts.output).toEqual(['{"a":1.0}', '{"b":1e400}'])
    expect(parts.status).toBe('incomplete')
    expect([...parts.members.keys()]).toEqual(['tools'])
    expect(joined(parts.shell, parts.output, parts.members)).toBe(text.replace('1.0}, {', '1.0},{'))
  })

  it('knows the id of an item at the outermost level only', () => {
    expect(idIn('{"content":{"id":"no"},"id":"msg_\\u0031"}')).toBe('msg_1')
    expect(idIn('{"content":{"id":"no"}}')).toBeNull()
    expect(idIn('{"id":null}')).toBeNull()
    expect(idIn('{"id":5}')).toBeNull()
  })
})
