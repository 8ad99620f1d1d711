// Objects of stored responses, inside a transaction that holds its account's row: put in, counted, and let go.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { hashesIn } from '../responses/stored/item-list.ts'
import type { NewObject, ObjectFacts, ObjectKind, ObjectRow } from '../responses/response-store.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'

/** What a row takes beside its text, roughly. */
export const ROW_BYTES = 120
/** Rows in one statement. */
const AT_ONCE = 1_000
/** Longer ones lie in a table of their own: a count that changes would write them again. */
const LONG_CHARACTERS = 1_024

const OBJECT_COLUMNS = {
  account: 'text',
  hash: 'text',
  kind: 'text',
  item_id: 'text',
  size: 'bigint',
  refs: 'bigint',
  content: 'text',
} as const

const TEXT_COLUMNS = { account: 'text', hash: 'text', content: 'text' } as const
const NONE: ReadonlySet<string> = new Set()

interface GoneRow {
  readonly hash: string
  readonly kind: ObjectKind
  readonly size: number
  readonly content: string | null
}

/** By hash, how often. */
export type References = Map<string, number>

export interface Intake {
  readonly fresh: readonly NewObject[]
  readonly references: References
  /** What the fresh ones will take. */
  readonly bytes: number
  /** Referred to, and neither here nor sent along. */
  readonly missing: readonly string[]
}

/** Of an account. */
export interface AccountHash {
  readonly account: string
  readonly hash: string
}

/** Every hash that matters for taking `sent` in. */
export function hashesFor(named: readonly string[], sent: readonly NewObject[]): Set<string> {
  const hashes = new Set(named)
  for (const object of sent) {
    hashes.add(object.hash)
    if (object.kind !== 'item') for (const hash of hashesIn(object.content)) hashes.add(hash)
  }
  return hashes
}

/**
 * What has to be done so that `named` (a root, long members) can be referred to. Only what is really referred to is
 * taken in; an object that is here holds on to what it refers to.
 */
export function planIntake(here: ReadonlySet<string>, named: readonly string[], sent: readonly NewObject[]): Intake {
  const offered = new Map(sent.map((object) => [object.hash, object]))
  const fresh = new Map<string, NewObject>()
  const references: References = new Map()
  const missing = new Set<string>()
  let bytes = 0
  const pending = [...named]
  for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
    references.set(hash, (references.get(hash) ?? 0) + 1)
    if (here.has(hash) || fresh.has(hash)) continue
    const object = offered.get(hash)
    if (object === undefined) {
      missing.add(hash)
      continue
    }
    fresh.set(hash, object)
    bytes += sizeOf(object)
    if (object.kind !== 'item') pending.push(...hashesIn(object.content))
  }
  return { fresh: [...fresh.values()], references, bytes, missing: [...missing] }
}

/** The same with a look at what is here. */
export async function readIntake(
  kysely: Kysely<Tables>,
  accountId: string,
  named: readonly string[],
  sent: readonly NewObject[],
): Promise<Intake> {
  const wanted = [...hashesFor(named, sent)].map((hash) => ({ account: accountId, hash }))
  return planIntake((await existing(kysely, wanted)).get(accountId) ?? NONE, named, sent)
}

/** Of these, those that are here, by account. */
export async function existing(
  kysely: Kysely<Tables>,
  wanted: readonly AccountHash[],
): Promise<ReadonlyMap<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const batch of chunks(wanted)) {
    const { rows } = await sql<AccountHash>`select account_id as account, hash from response_objects
      where (account_id, hash) in (${pairs(kysely, batch)})`.execute(kysely)
    for (const { account, hash } of rows) {
      const hashes = found.get(account)
      if (hashes === undefined) found.set(account, new Set([hash]))
      else hashes.add(hash)
    }
  }
  return found
}

/** @param intakes by account, nothing missing in them */
export async function takeIn(kysely: Kysely<Tables>, intakes: ReadonlyMap<string, Intake>): Promise<void> {
  const objects: Record<keyof typeof OBJECT_COLUMNS, string | number | null>[] = []
  const texts: { account: string; hash: string; content: string }[] = []
  const counted: (AccountHash & { readonly times: number })[] = []
  for (const [account, { fresh, references }] of intakes) {
    const known = new Map(references)
    for (const object of fresh) {
      const { hash, kind, itemId, content } = object
      known.delete(hash)
      const isLong = kind === 'item' && content.length > LONG_CHARACTERS
      const refs = references.get(hash) ?? 0
      objects.push({
        account,
        hash,
        kind,
        item_id: itemId,
        size: sizeOf(object),
        refs,
        content: isLong ? null : content,
      })
      if (isLong) texts.push({ account, hash, content })
    }
    for (const [hash, times] of known) counted.push({ account, hash, times })
  }
  for (const batch of chunks(objects)) {
    await sql`insert into response_objects (account_id, hash, kind, item_id, size, refs, content)
      select account, hash, kind, item_id, size, refs, content
      from ${valueRows(kysely, 'd', OBJECT_COLUMNS, batch)}`.execute(kysely)
  }
  for (const batch of chunks(texts)) {
    await sql`insert into response_texts (account_id, hash, content)
      select account, hash, content from ${valueRows(kysely, 'd', TEXT_COLUMNS, batch)}`.execute(kysely)
  }
  await count(kysely, counted, 1)
}

/**
 * Takes references away, and everything that nobody refers to any more.
 * @returns bytes that are free again
 */
export async function letGo(kysely: Kysely<Tables>, accountId: string, references: References): Promise<number> {
  let freed = 0
  let pending = references
  while (pending.size > 0) {
    await count(
      kysely,
      [...pending].map(([hash, times]) => ({ account: accountId, hash, times })),
      -1,
    )
    const next: References = new Map()
    for (const hashes of chunks([...pending.keys()])) {
      const { rows: gone } = await sql<GoneRow>`delete from response_objects
        where account_id = ${accountId} and refs <= 0 and hash in (${hashList(kysely, hashes)})
        returning hash, kind, size, content`.execute(kysely)
      const long = gone.filter(({ content }) => content === null).map(({ hash }) => hash)
      if (long.length > 0) {
        await sql`delete from response_texts
          where account_id = ${accountId} and hash in (${hashList(kysely, long)})`.execute(kysely)
      }
      for (const { kind, size, content } of gone) {
        freed += size
        if (kind === 'item' || content === null) continue
        for (const hash of hashesIn(content)) next.set(hash, (next.get(hash) ?? 0) + 1)
      }
    }
    pending = next
  }
  return freed
}

export async function readObjects(
  kysely: Kysely<Tables>,
  accountId: string,
  hashes: readonly string[],
): Promise<readonly ObjectRow[]> {
  const found: ObjectRow[] = []
  for (const batch of chunks(hashes)) {
    const { rows } = await sql<ObjectRow>`select o.hash, o.kind, coalesce(o.content, t.content) as content
      from response_objects o left join response_texts t on t.account_id = o.account_id and t.hash = o.hash
      where o.account_id = ${accountId} and o.hash in (${hashList(kysely, batch)})`.execute(kysely)
    found.push(...rows)
  }
  return found
}

export async function readFacts(
  kysely: Kysely<Tables>,
  accountId: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, ObjectFacts>> {
  const facts = new Map<string, ObjectFacts>()
  for (const batch of chunks(hashes)) {
    const { rows } = await sql<ObjectFacts & { hash: string }>`select hash, item_id as "itemId", size
      from response_objects where account_id = ${accountId} and hash in (${hashList(kysely, batch)})`.execute(kysely)
    for (const { hash, itemId, size } of rows) facts.set(hash, { itemId, size })
  }
  return facts
}

/** As an amount of the quota. */
export function sizeOf({ content }: Pick<NewObject, 'content'>): number {
  return Buffer.byteLength(content) + ROW_BYTES
}

export function referencesTo(hashes: Iterable<string | null>): References {
  const references: References = new Map()
  for (const hash of hashes) if (hash !== null) references.set(hash, (references.get(hash) ?? 0) + 1)
  return references
}

export function chunks<T>(list: readonly T[], size = AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

/** Nearly always by one: one statement then. Not as a join, for which SQLite reads everything of the account. */
async function count(
  kysely: Kysely<Tables>,
  references: readonly (AccountHash & { readonly times: number })[],
  direction: 1 | -1,
): Promise<void> {
  for (const [times, entries] of Map.groupBy(references, (reference) => reference.times)) {
    for (const batch of chunks(entries)) {
      await sql`update response_objects set refs = refs + ${times * direction}
        where (account_id, hash) in (${pairs(kysely, batch)})`.execute(kysely)
    }
  }
}

function pairs(kysely: Kysely<Tables>, wanted: readonly AccountHash[]): RawBuilder<unknown> {
  const rows = wanted.map(({ account, hash }) => ({ account, hash }))
  return sql`select account, hash from ${valueRows(kysely, 'h', { account: 'text', hash: 'text' }, rows)}`
}

function hashList(kysely: Kysely<Tables>, hashes: readonly string[]): RawBuilder<unknown> {
  const rows = valueRows(
    kysely,
    'h',
    { hash: 'text' },
    hashes.map((hash) => ({ hash })),
  )
  return sql`select hash from ${rows}`
}
