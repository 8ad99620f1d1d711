import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codesOf } from './characters.ts'
import { keptSparse, readCodes } from './hashed-features.ts'
import { nearestPoints } from './nearest-points.ts'
import { plainText } from './plain-text.ts'
import { stripPoliteness } from './politeness.ts'
import { applyHead, fitRidge } from './ridge.ts'

const readText = (text: string) => keptSparse(readCodes(codesOf(text)).coarse)

describe('politeness', () => {
  it.each([
    ['Hello! Could you please tell me the capital of Peru?', 'capital of Peru?'],
    ['Fix the loop below.\n\nThanks a lot!', 'Fix the loop below.'],
    ['Guten Tag, können Sie mir bitte helfen? Wie alt ist die Erde?', 'Wie alt ist die Erde?'],
    ['Write a haiku. Thank you very much in advance.', 'Write a haiku.'],
  ])('is cut from %j', (text, rest) => {
    expect(stripPoliteness(text).trim()).toBe(rest)
  })

  it.each([
    'Thanks!',
    'Good morning',
    'I have three apples and eat one.',
    'Who is the king of Spain?',
    'Is it raining?',
  ])('leaves %j', (text) => {
    expect(stripPoliteness(text)).toBe(text)
  })

  it('never leaves nothing, and is stable', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = stripPoliteness(text)
        expect(/[\p{L}\p{N}]/u.test(once)).toBe(/[\p{L}\p{N}]/u.test(text))
      }),
    )
  })
})

describe('plain text', () => {
  it('calls every option the same, whatever its label', () => {
    const forms = ['Q?\nA. red\nB. blue', 'Q?\n(1) red\n(2) blue', 'Q?\na) red\nb) blue', 'Q?\n[A] red\n[B] blue'].map(
      plainText,
    )
    expect(new Set(forms).size).toBe(1)
  })
})

describe('hashed features', () => {
  it('are the same for upper and lower case, singular and plural, this number and that', () => {
    expect(readText('Tables with 17 CHAIRS')).toEqual(readText('table with 42 chair'))
  })

  it('have no bucket twice and no trace of the text before', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, text) => {
        const fresh = readText(text)
        readText(before)
        expect(readText(text)).toEqual(fresh)
        expect(new Set(fresh.buckets).size).toBe(fresh.buckets.length)
      }),
    )
  })
})

describe('nearest points', () => {
  it('are those that sorting finds', () => {
    const figures = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 240 })
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 20 }), (raw, count) => {
        const size = Math.floor(raw.length / 4)
        const points = Float32Array.from(raw.slice(0, size * 4))
        const at = Float32Array.of(1, 2, 3, 4)
        const { closeness } = nearestPoints(points, size, at, count)
        const all = Array.from({ length: size }, (_, i) =>
          [0, 1, 2, 3].reduce((sum, d) => sum + at[d]! * points[i * 4 + d]!, 0),
        ).sort((a, b) => b - a)
        expect([...closeness].sort((a, b) => b - a)).toEqual(all.slice(0, count))
      }),
    )
  })
})

describe('ridge regression', () => {
  it('finds a linear rule, and its mean alone when the penalty is vast', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(2 * i)])
    const target = (i: number) => [2 + 3 * rows[i]![0]! - rows[i]![1]!]
    const of = (penalty: number) =>
      fitRidge({ count: 60, inputs: 2, outputs: 1, row: (i) => rows[i]!, target }, penalty)
    expect(applyHead(of(1e-9), [0.5, -0.25])[0]).toBeCloseTo(2 + 1.5 + 0.25)
    expect(applyHead(of(1e12), [0.5, -0.25])[0]).toBeCloseTo(rows.reduce((sum, _, i) => sum + target(i)[0]!, 0) / 60)
  })
})
