// Responses and conversations that go: because somebody says so, because their time is over, or to make room.
import type { Kysely } from 'kysely'
import { lockUsage, setUsage } from './response-accounts.ts'
import { chunks, letGo, referencesTo } from './response-objects.ts'
import { membersOf } from './response-rows.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'

export interface Removed {
  readonly count: number
  readonly bytes: number
}

/** In a transaction that holds the account's row, which the caller brings up to date. */
export async function dropResponses(
  transaction: Kysely<Tables>,
  accountId: string,
  responseIds: readonly string[],
): Promise<Removed> {
  let bytes = 0
  let count = 0
  for (const ids of chunks(responseIds)) {
    const rows = await transaction
      .deleteFrom('responses')
      .where('account_id', '=', accountId)
      .where('response_id', 'in', ids)
      .returning(['root', 'members', 'size'])
      .execute()
    const jobs = await transaction
      .deleteFrom('response_jobs')
      .where('account_id', '=', accountId)
      .where('response_id', 'in', ids)
      .returning(['size', 'events'])
      .execute()
    if (jobs.some(({ events }) => events > 0)) {
      await transaction
        .deleteFrom('response_events')
        .where('account_id', '=', accountId)
        .where('response_id', 'in', ids)
        .execute()
    }
    const named = rows.flatMap(({ root, members }) => [root, ...Object.values(membersOf(members))])
    count += rows.length
    bytes += await letGo(transaction, accountId, referencesTo(named))
    for (const { size } of [...rows, ...jobs]) bytes += size
  }
  return { count, bytes }
}

/** @returns whether it was there */
export async function removeResponse(kysely: Kysely<Tables>, accountId: string, responseId: string): Promise<boolean> {
  return await inOneTransaction(kysely, async (transaction) => {
    const usage = await lockUsage(transaction, accountId)
    const { count, bytes } = await dropResponses(transaction, accountId, [responseId])
    if (count === 0) return false
    await setUsage(transaction, accountId, { bytes: usage.bytes - bytes, responses: usage.responses - count })
    return true
  })
}

export async function removeConversation(
  kysely: Kysely<Tables>,
  accountId: string,
  conversationIds: readonly string[],
): Promise<number> {
  return await inOneTransaction(kysely, async (transaction) => {
    const usage = await lockUsage(transaction, accountId)
    const rows = await transaction
      .deleteFrom('response_conversations')
      .where('account_id', '=', accountId)
      .where('conversation_id', 'in', conversationIds)
      .returning(['root', 'size'])
      .execute()
    if (rows.length === 0) return 0
    let bytes = await letGo(transaction, accountId, referencesTo(rows.map(({ root }) => root)))
    for (const { size } of rows) bytes += size
    await setUsage(transaction, accountId, { bytes: usage.bytes - bytes, responses: usage.responses })
    return rows.length
  })
}

/** One transaction an account; the oldest first. @returns how many responses and conversations went */
export async function removeExpired(kysely: Kysely<Tables>, nowMs: number, limit: number): Promise<number> {
  const responses = await kysely
    .selectFrom('responses')
    .select(['account_id', 'response_id'])
    .where('expires_at', '<=', nowMs)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  let removed = 0
  for (const [accountId, rows] of byAccount(responses)) {
    removed += await inOneTransaction(kysely, async (transaction) => {
      const usage = await lockUsage(transaction, accountId)
      const ids = rows.map(({ response_id: id }) => id)
      const { count, bytes } = await dropResponses(transaction, accountId, ids)
      await setUsage(transaction, accountId, { bytes: usage.bytes - bytes, responses: usage.responses - count })
      return count
    })
  }
  const conversations = await kysely
    .selectFrom('response_conversations')
    .select(['account_id', 'conversation_id'])
    .where('expires_at', '<=', nowMs)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  for (const [accountId, rows] of byAccount(conversations)) {
    removed += await removeConversation(
      kysely,
      accountId,
      rows.map(({ conversation_id: id }) => id),
    )
  }
  return removed
}

function byAccount<Row extends { account_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ account_id: accountId }) => accountId)
}
