// Pages of a stored list, read no further than they have to be: where a page begins is found by hashes and ids, and only
// its own items are opened.

import { GatewayError } from '../../core/errors.ts'
import type { ItemList, ItemPage, ListedItem } from '../response-library.ts'
import type { ResponseStore } from '../response-store.ts'
import { hashesIn } from './item-list.ts'
import { listedItem, madeUpId, parseMadeUpId } from './listed-item.ts'
import type { StoreKeys } from './store-keys.ts'

/** Of one page: with larger items it is shorter than was asked for. */
const MOST_PAGE_BYTES = 32 * 1024 * 1024

export interface ListingPorts {
  readonly store: Pick<ResponseStore, 'objects' | 'facts'>
  readonly keys: StoreKeys
}

/** All hashes under a root, in order. Null = some of it is gone. */
export async function hashesUnder(
  { store }: Pick<ListingPorts, 'store'>,
  accountId: string,
  root: string | null,
): Promise<string[] | null> {
  if (root === null) return []
  let level = [root]
  for (;;) {
    const rows = new Map((await store.objects(accountId, [...new Set(level)])).map((row) => [row.hash, row]))
    const pieces = level.map((hash) => rows.get(hash)).filter((row) => row !== undefined)
    if (pieces.length < level.length) return null
    level = pieces.flatMap(({ content }) => hashesIn(content))
    if (pieces[0]?.kind === 'list') return level
  }
}

/** Texts of items by hash, opened. */
export async function openTexts(
  { store, keys }: ListingPorts,
  accountId: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await store.objects(accountId, [...new Set(hashes)])
  return new Map(rows.map(({ hash, content }) => [hash, keys.open(accountId, content)]))
}

/** Where in the list the item with this id is; -1 = nowhere. */
export async function indexOfItem(
  { store }: Pick<ListingPorts, 'store'>,
  accountId: string,
  hashes: readonly string[],
  id: string,
): Promise<number> {
  const facts = await store.facts(accountId, [...new Set(hashes)])
  const own = hashes.findIndex((hash) => facts.get(hash)?.itemId === id)
  if (own !== -1) return own
  const madeUp = parseMadeUpId(id)
  if (madeUp === null || (facts.get(madeUp.hash)?.itemId ?? null) !== null) return -1
  let index = hashes.indexOf(madeUp.hash)
  for (let before = madeUp.before; before > 0 && index !== -1; before -= 1)
    index = hashes.indexOf(madeUp.hash, index + 1)
  return index
}

/** @param from, to of the list; each item with its id. Items that are gone meanwhile are left out. */
export async function listed(
  ports: ListingPorts,
  accountId: string,
  hashes: readonly string[],
  from: number,
  to: number,
): Promise<ListedItem[]> {
  const wanted = hashes.slice(from, to)
  const texts = await openTexts(ports, accountId, wanted)
  const facts = await ports.store.facts(accountId, [...new Set(wanted)])
  const before = new Map<string, number>()
  for (const hash of hashes.slice(0, from)) before.set(hash, (before.get(hash) ?? 0) + 1)
  return wanted.flatMap((hash) => {
    const number = before.get(hash) ?? 0
    before.set(hash, number + 1)
    const text = texts.get(hash)
    if (text === undefined) return []
    const own = facts.get(hash)?.itemId ?? null
    if (own !== null) return [{ id: own, text: listedItem(text) }]
    const id = madeUpId(text, hash, number)
    return [{ id, text: listedItem(text, id) }]
  })
}

/** @throws {GatewayError} 400 for an `after` or `before` that is not in the list */
export async function pageOf(
  ports: ListingPorts,
  accountId: string,
  hashes: readonly string[],
  { order, after, before, limit }: ItemPage,
): Promise<ItemList> {
  const place = async (id: string, param: string): Promise<number> => {
    const index = await indexOfItem(ports, accountId, hashes, id)
    if (index !== -1) return index
    throw new GatewayError('invalid_request', `There is no item "${id.slice(0, 128)}" in this list.`, { param })
  }
  const isUp = order === 'asc'
  const afterAt = after === undefined ? null : await place(after, 'after')
  const beforeAt = before === undefined ? null : await place(before, 'before')
  const [lowEdge, highEdge] = isUp ? [afterAt, beforeAt] : [beforeAt, afterAt]
  const low = lowEdge === null ? 0 : lowEdge + 1
  const high = highEdge ?? hashes.length
  // With `before` alone, the page is the one that ends there.
  const fromStart = isUp === (after !== undefined || before === undefined)
  // From the end from which the page is read on.
  const ahead = fromStart ? hashes.slice(low, low + limit) : hashes.slice(low, high).slice(-limit).toReversed()
  const count = Math.min(high - low, await fitting(ports, accountId, ahead))
  const [from, to] = fromStart ? [low, low + count] : [high - count, high]
  const items = count > 0 ? await listed(ports, accountId, hashes, from, to) : []
  return { items: isUp ? items : items.toReversed(), hasMore: high - low > count }
}

/** How many of them one reply may hold; at least one. */
async function fitting(
  { store }: Pick<ListingPorts, 'store'>,
  accountId: string,
  hashes: readonly string[],
): Promise<number> {
  const facts = await store.facts(accountId, [...new Set(hashes)])
  let bytes = 0
  const end = hashes.findIndex((hash, index) => {
    bytes += facts.get(hash)?.size ?? 0
    return index > 0 && bytes > MOST_PAGE_BYTES
  })
  return end === -1 ? hashes.length : end
}
