import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnwrapInput } from './unwrap-input.ts'

function unwrap(pieces: readonly string[]): { out: string; parts: string[] } {
  const reader = new UnwrapInput()
  const parts = [...pieces.map((piece) => reader.push(piece)), reader.end()]
  return { out: parts.join(''), parts }
}

describe('the text inside {"input": …}', () => {
  it('comes out whole, however its JSON was cut', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constant('a\\u00e9"\\\\n😀\n'),
    )
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), (input, cuts, escaped) => {
        let json = JSON.stringify({ input })
        if (escaped) json = json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        const ends = [...new Set(cuts.map((cut) => cut % json.length))].sort((a, b) => a - b)
        const { out } = unwrap([0, ...ends].map((start, index) => json.slice(start, ends[index] ?? json.length)))
        expect(out).toBe(input)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is passed on piece by piece, not at the end', () => {
    expect(unwrap(['{"input": "ab', 'cd', 'ef"}']).parts).toEqual(['ab', 'cd', 'ef', ''])
  })

  it('is left as it is where the model did not keep to the form', () => {
    expect(unwrap(['{"code"', ': 1}']).out).toBe('{"code": 1}')
  })
})
