import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedRows } from './packed-rows.ts'

describe('packed rows', () => {
  it('sum to what a plain loop over the same whole numbers sums to, for any shape', () => {
    const shape = fc.record({ rows: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 1, max: 70 }) })
    const entries = fc.array(fc.tuple(fc.nat(39), fc.integer({ min: -16_384, max: 16_384 })), { maxLength: 60 })
    fc.assert(
      fc.property(shape, entries, fc.integer(), ({ rows, columns }, picked, seed) => {
        const weights = Int8Array.from({ length: rows * columns }, (_, index) => Math.imul(index + 1, seed | 1) >> 13)
        const packed = new PackedRows(weights, columns, 60)
        for (let turn = 0; turn < 2; turn++) {
          // One by one, then all at once behind the first.
          const [first, ...rest] = picked
          const one = turn === 0 ? picked : first === undefined ? [] : [first]
          for (const [row, factor] of one) packed.add(row % rows, factor / 8_192)
          if (turn === 1)
            packed.addAll(
              Uint16Array.from(rest, ([row]) => row % rows),
              0,
              Float32Array.from(rest, ([, factor]) => factor / 8_192),
            )
          const sums = Array.from({ length: columns }, (_, column) =>
            picked.reduce((sum, [row, factor]) => sum + factor * weights[(row % rows) * columns + column]!, 0),
          )
          expect([...packed.take()]).toEqual(sums.map((sum) => sum / 8_192))
        }
      }),
    )
  })

  it('hold the largest sum that a decision can make', () => {
    const packed = new PackedRows(new Int8Array(4_096).fill(127), 1, 4_096)
    for (let row = 0; row < 4_096; row++) packed.add(row, 2 / 64)
    expect(packed.take()[0]).toBe(127 * 128)
  })
})
