import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HASH_LENGTH, hashesIn, listOf, type ItemList } from './item-list.ts'

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
const list = (items: readonly string[]): ItemList =>
  listOf(items.map(hashOf), (kind, content) => hashOf(`${kind} ${content}`))
const items = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `item ${from + index}`)

function unfolded({ root, pieces }: ItemList): string[] {
  if (root === null) return []
  const byHash = new Map(pieces.map((piece) => [piece.hash, piece]))
  let level = [root]
  for (;;) {
    const here = level.map((hash) => byHash.get(hash))
    level = here.flatMap((piece) => hashesIn(piece?.content ?? ''))
    if (here[0]?.kind === 'list') return level
  }
}

function newIn(after: ItemList, before: ItemList): number {
  const known = new Set(before.pieces.map(({ hash }) => hash))
  return after.pieces.filter(({ hash }) => !known.has(hash)).length
}

describe('a list of items', () => {
  it('gives its hashes back in order, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 400 }), (wanted) => {
        expect(unfolded(list(wanted))).toEqual(wanted.map(hashOf))
      }),
    )
  })

  it('ends, and stays small, when all of its items are equal', () => {
    const same = list(Array.from({ length: 5_000 }, () => 'x'))
    expect(unfolded(same)).toHaveLength(5_000)
    expect(same.pieces.length).toBeLessThan(20)
  })

  it('is the same list however it came to be', () => {
    expect(list(items(300)).root).toBe(list([...items(200), ...items(100, 200)]).root)
    expect(list(items(300)).root).not.toBe(list(items(301)).root)
    expect(list([]).root).toBeNull()
  })

  it('shares all but a few pieces with one that is longer, shorter in front, or changed in the middle', () => {
    const before = list(items(2_000))
    expect(before.pieces.length).toBeGreaterThan(60)
    expect(newIn(list(items(2_004)), before)).toBeLessThanOrEqual(6)
    expect(newIn(list(items(1_996, 4)), before)).toBeLessThanOrEqual(9)
    expect(newIn(list([...items(1_000), 'changed', ...items(999, 1_001)]), before)).toBeLessThanOrEqual(9)
  })
})
