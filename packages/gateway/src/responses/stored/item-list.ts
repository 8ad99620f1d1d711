// Lists of items, cut into pieces that agree between turns.
//
// A list names its items by hash. A long one becomes a tree: pieces of some twenty hashes, pieces of such pieces, up to
// one root. Where a piece ends depends on the hashes in it and on nothing else, so two lists have every piece in common
// but those around what differs: a turn that appends to a conversation, a client that cuts off what is old, an
// item that was changed in the middle, each cost a few pieces and no copy of the rest.

import type { ObjectKind, Root } from '../response-store.ts'

/** Hexadecimal digits. */
export const HASH_LENGTH = 32
/** Without a least, equal hashes would make pieces of one each, and the tree would never end. */
const LEAST = 4
const MOST = 64
/** One hash in sixteen ends a piece. */
const LAST = '0'

export interface ListPiece {
  readonly hash: string
  readonly kind: Exclude<ObjectKind, 'item'>
  readonly content: string
}

export interface ItemList {
  readonly root: Root
  /** All pieces of the tree; equal ones once. */
  readonly pieces: readonly ListPiece[]
}

/** @param nameOf the hash of a piece */
export function listOf(
  hashes: readonly string[],
  nameOf: (kind: ListPiece['kind'], content: string) => string,
): ItemList {
  const pieces = new Map<string, ListPiece>()
  let level = hashes
  let kind: ListPiece['kind'] = 'list'
  while (level.length > (kind === 'list' ? 0 : 1)) {
    const next: string[] = []
    for (const content of cut(level)) {
      const hash = nameOf(kind, content)
      pieces.set(hash, { hash, kind, content })
      next.push(hash)
    }
    level = next
    kind = 'lists'
  }
  return { root: level[0] ?? null, pieces: [...pieces.values()] }
}

/** The hashes that a piece holds. */
export function hashesIn(content: string): string[] {
  const hashes: string[] = []
  for (let at = 0; at < content.length; at += HASH_LENGTH) hashes.push(content.slice(at, at + HASH_LENGTH))
  return hashes
}

function cut(hashes: readonly string[]): string[] {
  const pieces: string[] = []
  let start = 0
  for (const [index, hash] of hashes.entries()) {
    const length = index + 1 - start
    if (length < MOST && (length < LEAST || !hash.endsWith(LAST))) continue
    pieces.push(hashes.slice(start, index + 1).join(''))
    start = index + 1
  }
  if (start < hashes.length) pieces.push(hashes.slice(start).join(''))
  return pieces
}
