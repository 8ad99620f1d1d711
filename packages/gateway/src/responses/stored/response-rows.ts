// A stored response out of its row: the object as it was sent, and the record that it was made from.

import type { ResponseToStore, StoredContext } from '../keeper.ts'
import type { ResponseRow } from '../response-store.ts'
import { hashesUnder, openTexts, type ListingPorts } from './listing.ts'
import { joined } from './response-parts.ts'
import { isSealed } from './store-keys.ts'

/** As it was sent; undefined = some of it is gone. */
export async function responseOf(ports: ListingPorts, row: ResponseRow): Promise<string | undefined> {
  const { accountId, members, outputCount } = row
  const hashes = await outputHashes(ports, row)
  if (hashes === null) return undefined
  const texts = await openTexts(ports, accountId, [...hashes, ...Object.values(members)])
  const named = new Map<string, string>()
  for (const [name, hash] of Object.entries(members)) {
    const text = texts.get(hash)
    if (text === undefined) return undefined
    named.set(name, text)
  }
  const output = hashes.map((hash) => texts.get(hash)).filter((text) => text !== undefined)
  if (output.length < outputCount) return undefined
  return joined(ports.keys.open(accountId, row.shell), output, named)
}

async function outputHashes(ports: ListingPorts, row: ResponseRow): Promise<readonly string[] | null> {
  if (row.outputCount === 0) return []
  const hashes = await hashesUnder(ports, row.accountId, row.root)
  return hashes?.slice(row.contextCount + row.inputCount) ?? null
}

/** The record that this row was made from, with another object. @param context of the response, as its keeper has it */
export function recordOf(row: ResponseRow, context: StoredContext, response: string): ResponseToStore {
  const { accountId, responseId, contextCount, inputCount } = row
  const sealed = isSealed(row.shell)
  return {
    responseId,
    accountId,
    keyId: row.keyId,
    // It is there already, and takes hardly more than it does.
    policy: {
      store: row.expiresAtMs === null ? 'keep' : 'ttl',
      ttlMs: (row.expiresAtMs ?? 0) - row.createdAtMs,
      encrypt: sealed,
      quotaBytes: 0,
      quotaResponses: 0,
    },
    previousResponseId: row.previousResponseId,
    conversationId: row.conversationId,
    createdAtMs: row.createdAtMs,
    response,
    context: {
      ...context,
      items: context.items.slice(0, contextCount),
      ...(context.kept === undefined
        ? {}
        : { kept: { ...context.kept, hashes: context.kept.hashes.slice(0, contextCount) } }),
    },
    input: context.items.slice(contextCount, contextCount + inputCount),
    made: row.made,
  }
}
