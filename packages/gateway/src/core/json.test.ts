import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberOf, parseJson, parseJsonObject } from './json.ts'

describe('parseJson', () => {
  it.each([
    '{"id":12345678901234567890}',
    '[1.0,1e400,-0,0.10,1E5,3.14159265358979323846,-0.0,-12345678901234567890]',
    '{"a":{"b":[9007199254740993]}}',
  ])('brings %s back as it was', (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })

  it('leaves odd escapes meaning what they meant: lone surrogates, NUL, line separators', () => {
    const text = '{"a":"\\ud83d","b":"\\u0000","c":"\u2028"}'
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })

  it('means what JSON.parse means', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(JSON.stringify(parseJson(text)))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('still gives a number to those who ask for one', () => {
    expect(numberOf(parseJsonObject('{"n":1.0}')?.['n'])).toBe(1)
    expect(parseJsonObject('[1]')).toBeNull()
    expect(parseJsonObject('{')).toBeNull()
  })
})

describe('numbers that a double cannot hold', () => {
  it('survive wherever they stand', () => {
    const number = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,24})?(?:[eE][+-]?[0-9]{1,3})?$/)
    const space = fc.constantFrom('', ' ', '\n  ', '\t')
    fc.assert(
      fc.property(number, space, space, (text, before, after) => {
        for (const [open, close] of [
          ['', ''],
          ['{"a":', '}'],
          ['[', ']'],
          ['[1,', ',2]'],
          ['{"a":"x","b":', ',"c":[]}'],
        ]) {
          const json = `${open}${before}${text}${after}${close}`
          expect(JSON.stringify(parseJson(json))).toBe(`${open}${text}${close}`)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
