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
    const named = root === null ? [] : [root]
    const room = await makeRoom(transaction, {
      accountId,
      keep: '',
      quota,
      usage,
      plan: async () => await readIntake(transaction, accountId, named, objects),
      wholeBytes: size + bytesOf(objects),
      otherBytes: size,
      responses: 0,
    })
    if ('refusal' in room) {
      // What went in vain is gone all the same.
      await setUsage(transaction, accountId, usage)
      return room.refusal
    }
    await takeIn(transaction, new Map([[accountId, room.intake]]))
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
    usage.bytes += room.intake.bytes + size
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
    const named = root === null ? [] : [root]
    const room = await makeRoom(transaction, {
      accountId,
      keep: '',
      quota: change.quota,
      usage,
      plan: async () => await readIntake(transaction, accountId, named, objects),
      wholeBytes: size + bytesOf(objects),
      otherBytes: size - before.size,
      responses: 0,
    })
    if ('refusal' in room) {
      // What went in vain is gone all the same.
      await setUsage(transaction, accountId, usage)
      return room.refusal
    }
    await takeIn(transaction, new Map([[accountId, room.intake]]))
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
    usage.bytes += room.intake.bytes + size - before.size
    usage.bytes -= await letGo(transaction, accountId, referencesTo([before.root]))
    await setUsage(transaction, accountId, usage)
    return { kind: 'stored' }
  })
}

function bytesOf(objects: readonly NewObject[]): number {
  return objects.reduce((sum, object) => sum + sizeOf(object), 0)
}
