import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeString, JsonScanError, MAX_JSON_DEPTH, scanObject } from './json-scan.ts'

function entriesOf(json: string): [string, unknown][] {
  const text = Buffer.from(json).toString('latin1')
  const entries: [string, unknown][] = []
  scanObject(text, 0, (key, start, end) => {
    entries.push([
      JSON.parse(Buffer.from(`"${key}"`, 'latin1').toString('utf8')) as string,
      JSON.parse(Buffer.from(text.slice(start, end), 'latin1').toString('utf8')),
    ])
  })
  return entries
}

describe('a top-level scan', () => {
  it('finds exactly the outermost entries of any JSON object, at the spans of their values', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })),
        fc.constantFrom(0, 1, 4),
        (object, indent) => {
          // Through JSON first: it has no -0 and drops nothing else.
          const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
          expect(entriesOf(JSON.stringify(plain, null, indent))).toEqual(Object.entries(plain))
        },
      ),
    )
  })

  it('agrees with JSON.parse on what is an object, for every cut of a valid one', () => {
    const whole = Buffer.from(
      JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'say "hi\\" {' }], n: 1.5e3, ok: true }),
    ).toString('latin1')
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => scanObject(whole.slice(0, length), 0, () => undefined), `cut at ${length}`).toThrow(JsonScanError)
    }
  })

  it('is not misled by braces, quotes and backslashes inside strings', () => {
    expect(
      entriesOf('{"a":"}{][\\"","b\\\\":"\\\\","c":{"model":"not this one","s":"\\"model\\":"},"model":"this one"}'),
    ).toEqual([
      ['a', '}{][\\"'.replace('\\"', '"')],
      ['b\\', '\\'],
      ['c', { model: 'not this one', s: '"model":' }],
      ['model', 'this one'],
    ])
  })

  it.each([
    ['an array', '[1]'],
    ['a trailing comma', '{"a":1,}'],
    ['a missing comma', '{"a":1 "b":2}'],
    ['a missing colon', '{"a" 1}'],
    ['a key without quotes', '{a:1}'],
    ['text behind the object', '{"a":1} x'],
    ['a second object', '{"a":1}{"b":2}'],
    ['a bracket that does not match', '{"a":[1}]}'],
    ['NaN', '{"a":NaN}'],
    ['a leading zero', '{"a":01}'],
    ['nothing', ''],
  ])('refuses %s', (_name, json) => {
    expect(() => scanObject(json, 0, () => undefined)).toThrow(JsonScanError)
  })

  it('takes the deepest nesting that is allowed, and refuses one more, without recursion', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(() => scanObject(nested(MAX_JSON_DEPTH), 0, () => undefined)).not.toThrow()
    expect(() => scanObject(nested(MAX_JSON_DEPTH + 1), 0, () => undefined)).toThrow('nested deeper')
    expect(() => scanObject(nested(1_000_000), 0, () => undefined)).toThrow('nested deeper')
  })

  it('reads strings of UTF-8 and escapes from text that was taken as latin1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const text = Buffer.from(JSON.stringify(value)).toString('latin1')
        expect(decodeString(text, 0, text.length)).toBe(value)
      }),
    )
    expect(decodeString('"gpt\\u002d4o"', 0, 14)).toBe('gpt-4o')
  })
})
