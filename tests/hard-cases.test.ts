// A hundred ways in which real gateways have failed, H01 to H100, are the backbone of this one's tests: each of them has a
// test whose name begins with its number. This test holds the list to that: it reads the names out of all test files.

import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const CASES = Array.from({ length: 100 }, (_, index) => `H${String(index + 1).padStart(2, '0')}`)

// The first text of a call that names a test: on the call's line, behind a table of cases, or on a line of its own.
const NAME = /^\s*(?:(?:it|test|describe)\b.*?\(|[\])].*?\()?(['"`])(H\d{2,3}\b.*?)\1/gm

function namesIn(text: string): string[] {
  return [...text.matchAll(NAME)].map(([, , name]) => name ?? '')
}

function casesWithTests(): ReadonlySet<string> {
  const files = globSync(['packages/*/{src,tests}/**/*.test.ts', 'acceptance/**/*.test.ts', 'tests/*.test.ts'], {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules'),
  })
  const names = files.flatMap((file) => namesIn(readFileSync(resolve(ROOT, file), 'utf8')))
  // `H28, H29: …`; what stands behind the colon may mention others.
  return new Set(names.flatMap((name) => name.split(':')[0]?.match(/H\d{2,3}/g) ?? []))
}

test('every hard case has a test of its name', () => {
  const tested = casesWithTests()
  expect(CASES.filter((one) => !tested.has(one))).toEqual([])
  expect([...tested].filter((one) => !CASES.includes(one))).toEqual([])
})

test('names are read where tests are named, and nowhere else', () => {
  const text = `
    // it('H01: a comment')
    it('H02: plain', () => {
    it.each(['a'])('H03, H04: two of them (not H05): %s', () => {
    ])('H06: behind a table: %s', () => {
    it(
      \`H07: on its own line\`,
    describe("H08: double", () => {
    expect(word).toBe('H09: not a name')
  `
  expect(namesIn(text).map((name) => name.split(':')[0])).toEqual(['H02', 'H03, H04', 'H06', 'H07', 'H08'])
})
