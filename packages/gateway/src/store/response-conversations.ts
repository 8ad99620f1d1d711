// Conversations: lists of items that clients change, one version after the other.
import type { Kysely } from 'kysely'
import type { ConversationChange, NewConversationRow, NewObject, SaveOutcome } from '../responses/response-store.ts'
import { lockUsage, setUsage } from './response-accounts.ts'
import { makeRoom } from './response-commit.ts'
import { letGo, readIntake, referencesTo, ROW_BYTES, sizeOf, takeIn } from './response-objects.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'

export async function createConversation(
  kysely: Kysely<Tables>,
  conversation: NewConversationRow,
  objects: readonly NewObject[],
): Promise<SaveOutcome> {
  const { accountId, root, quota, metadata } = conversation
  const size = Buffer.byteLength(metadata) + 2 * ROW_BYTES
  return await inOneTransaction(kysely, async (transaction) => {
    const usage = { ...(await lockUsage(transaction, accountId)) }
    const refusal = await takeList(transaction, { accountId, root, quota, usage, objects, size, sizeBefore: 0 })
    if (refusal !== null) return refusal
    await transaction
      .insertInto('response_conversations')
      .values({
        account_id: accountId,
        conversation_id: conversation.conversationId,
        key_id: conversation.keyId,
        created_at: conversation.createdAtMs,
        expires_at: conversation.expiresAtMs,
        metadata,
        root,
        count: conversation.count,
        version: conversation.version,
        size,
      })
      .execute()
    await setUsage(transaction, accountId, usage)
    return { kind: 'stored' }
  })
}

export async function updateConversation(
  kysely: Kysely<Tables>,
  change: ConversationChange,
  objects: readonly NewObject[],
): Promise<SaveOutcome> {
  const { accountId, conversationId, root, version, metadata } = change
  return await inOneTransaction(kysely, async (transaction) => {
    const usage = { ...(await lockUsage(transaction, accountId)) }
    const before = await transaction
      .selectFrom('response_conversations')
      .select(['root', 'version', 'size'])
      .where('account_id', '=', accountId)
      .where('conversation_id', '=', conversationId)
      .executeTakeFirst()
    if (before === undefined) return { kind: 'gone' }
    if (before.version !== version) return { kind: 'changed' }
    const size = metadata === undefined ? before.size : Buffer.byteLength(metadata) + 2 * ROW_BYTES
    const { quota } = change
    const wanted = { accountId, root, quota, usage, objects, size, sizeBefore: before.size }
    const refusal = await takeList(transaction, wanted)
    if (refusal !== null) return refusal
    await transaction
      .updateTable('response_conversations')
      .set({
        root,
        count: change.count,
        version: version + 1,
        expires_at: change.expiresAtMs,
        ...(metadata === undefined ? {} : { metadata, size }),
      })
      .where('account_id', '=', accountId)
      .where('conversation_id', '=', conversationId)
      .execute()
    usage.bytes -= await letGo(transaction, accountId, referencesTo([before.root]))
    await setUsage(transaction, accountId, usage)
    return { kind: 'stored' }
  })
}

interface WantedList {
  readonly accountId: string
  readonly root: string | null
  readonly quota: ConversationChange['quota']
  /** Of the account; counts what is taken in. */
  readonly usage: { bytes: number; responses: number }
  readonly objects: readonly NewObject[]
  /** Of the conversation's own row. */
  readonly size: number
  readonly sizeBefore: number
}

/** Makes room for a list and takes in what it stands on. @returns why not; null = it is in */
async function takeList(
  transaction: Kysely<Tables>,
  { accountId, root, quota, usage, objects, size, sizeBefore }: WantedList,
): Promise<SaveOutcome | null> {
  const named = root === null ? [] : [root]
  const room = await makeRoom(transaction, {
    accountId,
    keep: '',
    quota,
    usage,
    plan: async () => await readIntake(transaction, accountId, named, objects),
    wholeBytes: size + bytesOf(objects),
    otherBytes: size - sizeBefore,
    responses: 0,
  })
  if ('refusal' in room) {
    // What went in vain is gone all the same.
    await setUsage(transaction, accountId, usage)
    return room.refusal
  }
  await takeIn(transaction, new Map([[accountId, room.intake]]))
  usage.bytes += room.intake.bytes + size - sizeBefore
  return null
}

function bytesOf(objects: readonly NewObject[]): number {
  return objects.reduce((sum, object) => sum + sizeOf(object), 0)
}
