import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonScanError, MAX_JSON_DEPTH, scanBody, scanEntries } from './json-scan.ts'
import { BodySkipper } from './json-skip.ts'
import { StringWatch } from './string-watch.ts'

const LENGTHS = new Uint32Array(128)
for (const word of ['file', 'image', 'ttl', '']) {
  const first = word === '' ? 0x22 : word.charCodeAt(0)
  LENGTHS[first] = (LENGTHS[first] ?? 0) | (1 << word.length)
}

const watch = (): StringWatch => new StringWatch(LENGTHS, 40)

/** What a scan sees, or how it fails. */
function outcome(
  scan: (visit: (key: string, start: number, end: number) => void, watch: StringWatch) => void,
): unknown {
  const seen: unknown[] = []
  const watching = watch()
  try {
    scan((...entry) => void seen.push(entry), watching)
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
    return { message: error.message, offset: error.offset, seen }
  }
  return { seen, found: watching.found }
}

function expectTheSame(body: Buffer): void {
  const text = body.toString('latin1')
  const plain = outcome((visit, watching) => scanEntries(text, 1, visit, true, watching))
  expect(outcome((visit, watching) => scanBody(body, text, visit, watching))).toEqual(plain)
}

const skipper = new BodySkipper()

/** Where the value that begins the body ends, if WebAssembly alone is asked. */
function skipped(json: string, depthLimit = MAX_JSON_DEPTH, watching = watch()): number {
  expect(skipper.hold(Buffer.from(json))).toBe(true)
  return skipper.skip(0, depthLimit, watching)
}

const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('file', 'image', 'ttl', 'x'.repeat(40), 'é'.repeat(20), '"', '\\', '\\"'.repeat(9), '}]{['),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    word,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null),
    fc.array(tie('json')),
    fc.dictionary(word, tie('json')),
  ),
}))

describe('skipping in WebAssembly', () => {
  it('sees in any object what the scan in JavaScript sees', () => {
    fc.assert(
      fc.property(fc.dictionary(word, json, { minKeys: 1 }), fc.constantFrom('', '\t', '    '), (object, indent) => {
        const text = JSON.stringify(object, null, indent)
        expectTheSame(Buffer.from(`{${text.slice(1).trimStart()}`))
      }),
    )
  })

  it('refuses what that scan refuses, for the same reason', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', 'Y', '\u007f', 'ä'))
    fc.assert(
      fc.property(fc.dictionary(word, json, { minKeys: 1 }), fc.array(damage, { maxLength: 3 }), (object, damages) => {
        let text = JSON.stringify(object)
        for (const [at, put] of damages) {
          const from = 2 + (at % (text.length - 1))
          text = text.slice(0, from) + put + text.slice(from + 1)
        }
        expectTheSame(Buffer.from(text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('finds the end of a string at any length, with any run of backslashes before its closing quote', () => {
    for (let length = 0; length < 40; length += 1) {
      for (let backslashes = 0; backslashes < 36; backslashes += 1) {
        const string = `"${'a'.repeat(length)}${'\\'.repeat(backslashes)}"`
        const end = backslashes % 2 === 0 ? string.length : -1
        expect(skipped(string), string).toBe(end)
        expect(skipped(`[${string}]`), string).toBe(end === -1 ? -1 : end + 2)
      }
    }
  })

  it('goes as deep as it may, and no deeper', () => {
    const nested = (levels: number): string => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`
    expect(skipped(nested(62), 62)).toBe(nested(62).length)
    expect(skipped(nested(64), 63)).toBe(-1)
    for (const levels of [60, 62, 64, 66, 100_000]) expectTheSame(Buffer.from(`{"a":${nested(levels)}}`))
  })

  it('leaves a body with more to note than there is room for to JavaScript', () => {
    const many = JSON.stringify(Array.from({ length: 20_000 }, () => 'file'))
    const watching = watch()
    expect(skipped(many, 10, watching)).toBe(-1)
    expect(watching.found).toEqual([])
    expectTheSame(Buffer.from(`{"a":["ttl"],"b":${many},"c":["image"]}`))
  })

  it('takes bodies of any size one after another, and never reads what an earlier one left behind', () => {
    const body = (bytes: number): Buffer => Buffer.from(`{"a":["file","${'x'.repeat(bytes)}"],"b":"end"}`)
    for (const bytes of [10, 70_000, 10, 1_500_000, 3_000_000, 40, 200_000, 0]) {
      expectTheSame(body(bytes))
      expectTheSame(body(bytes).subarray(0, -12))
    }
    expect(skipper.hold(body(1_500_000))).toBe(true)
    expect(skipper.hold(body(3_000_000))).toBe(false)
  })
})
