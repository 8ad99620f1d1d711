// Saving responses: all that wait at a moment in one transaction, each taken or refused by itself.
import { sql, type Kysely } from 'kysely'
import type { ConversationStep, JobStep, Quota, ResponseRow, Save, SaveOutcome } from '../responses/response-store.ts'
import { lockUsage, lockUsages, setUsage } from './response-accounts.ts'
import { commitPlain } from './response-commit-plain.ts'
import { letGo, readIntake, referencesTo, ROW_BYTES, takeIn, type Intake } from './response-objects.ts'
import { dropResponses } from './response-removal.ts'
import { membersOf, rowOfResponse } from './response-rows.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'
import { nowOf } from './wallet-rows.ts'

/** The oldest go in such groups: more than one fits then before the next must go. */
const EVICTED_AT_ONCE = 16
/** More in one transaction would keep the others waiting. */
const MOST_EVICTIONS = 64

const STORED: SaveOutcome = { kind: 'stored' }
const FULL: SaveOutcome = { kind: 'full' }
const LOST: SaveOutcome = { kind: 'lost' }

interface Usage {
  bytes: number
  responses: number
}

export async function commitSaves(
  kysely: Kysely<Tables>,
  saves: readonly Save[],
  nowMs: number,
): Promise<readonly SaveOutcome[]> {
  return await inOneTransaction(kysely, async (transaction) => {
    // All of them at once and in one order: whoever takes some now and others later waits in a circle one day.
    const usages = await lockUsages(
      transaction,
      saves.map(({ response }) => response.accountId),
    )
    const done = await commitPlain(transaction, saves, usages)
    const outcomes: SaveOutcome[] = []
    for (const save of saves) outcomes.push(done.get(save) ?? (await commitAlone(transaction, save, nowMs)))
    return outcomes
  })
}

/** Its account is locked: what stands there is what the ones before have left. */
async function commitAlone(transaction: Kysely<Tables>, save: Save, nowMs: number): Promise<SaveOutcome> {
  const { accountId } = save.response
  const usage: Usage = { ...(await lockUsage(transaction, accountId)) }
  const outcome = await commitOne(transaction, save, usage, nowMs)
  await setUsage(transaction, accountId, usage)
  return outcome
}

async function commitOne(transaction: Kysely<Tables>, save: Save, usage: Usage, nowMs: number): Promise<SaveOutcome> {
  const { response, quota, job } = save
  const { accountId, responseId } = response
  if (job !== null && job.kind !== 'begin' && !(await holdsJob(transaction, response, job))) return LOST
  if (job?.kind === 'begin' && (await unfinishedJobs(transaction, accountId)) >= job.mostOfAccount)
    return { kind: 'too-many' }
  const refusal = await conversationRefusal(transaction, accountId, save.conversation, nowMs)
  if (refusal !== null) return refusal
  const before = await transaction
    .selectFrom('responses')
    .select(['root', 'members', 'size'])
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .executeTakeFirst()
  const row = rowOfResponse(response)
  const jobBytes = job?.kind === 'begin' ? Buffer.byteLength(job.request) + ROW_BYTES : 0
  const named = [response.root, save.conversation?.root ?? null, ...Object.values(response.members)].filter(
    (hash) => hash !== null,
  )
  const plan = async (): Promise<Intake> => await readIntake(transaction, accountId, named, save.objects)
  const room = await makeRoom(transaction, {
    accountId,
    keep: responseId,
    // What a job has begun to keep is kept to its end.
    quota: job === null || job.kind === 'begin' ? quota : null,
    usage,
    plan,
    wholeBytes: save.wholeBytes,
    otherBytes: row.size - (before?.size ?? 0) + jobBytes,
    responses: before === undefined ? 1 : 0,
  })
  if ('refusal' in room) return room.refusal
  await takeIn(transaction, new Map([[accountId, room.intake]]))
  await transaction
    .insertInto('responses')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account_id', 'response_id']).doUpdateSet(row))
    .execute()
  usage.bytes += room.intake.bytes + row.size - (before?.size ?? 0)
  usage.responses += before === undefined ? 1 : 0
  if (save.conversation !== null) await stepConversation(transaction, accountId, save.conversation, usage)
  if (before !== undefined) {
    const old = referencesTo([before.root, ...Object.values(membersOf(before.members))])
    usage.bytes -= await letGo(transaction, accountId, old)
  }
  if (job !== null) usage.bytes += await stepJob(transaction, response, job)
  return STORED
}

interface Wanted {
  readonly accountId: string
  /** Not to be evicted. */
  readonly keep: string
  /** Null = whatever it takes. */
  readonly quota: Quota | null
  /** Brought up to date with what goes. */
  readonly usage: Usage
  readonly plan: () => Promise<Intake>
  readonly wholeBytes: number
  readonly otherBytes: number
  readonly responses: number
}

/** Lets the oldest go where the policy allows that, until what is wanted fits. */
export async function makeRoom(
  transaction: Kysely<Tables>,
  { accountId, keep, quota, usage, plan, wholeBytes, otherBytes, responses }: Wanted,
): Promise<{ readonly intake: Intake } | { readonly refusal: SaveOutcome }> {
  for (let evicted = 0; ;) {
    const intake = await plan()
    if (intake.missing.length > 0) return { refusal: { kind: 'missing', hashes: intake.missing } }
    if (
      quota === null ||
      (usage.bytes + intake.bytes + otherBytes <= quota.bytes && usage.responses + responses <= quota.responses)
    )
      return { intake }
    // Nothing that could go would make room for it.
    const never = wholeBytes > quota.bytes || responses > quota.responses
    if (quota.mode !== 'ttl' || never || evicted >= MOST_EVICTIONS) return { refusal: FULL }
    const gone = await evictOldest(transaction, accountId, keep)
    if (gone.count === 0) return { refusal: FULL }
    usage.bytes -= gone.bytes
    usage.responses -= gone.count
    evicted += gone.count
  }
}

/** Not those that are kept for ever, and not those that are still worked on. */
async function evictOldest(
  transaction: Kysely<Tables>,
  accountId: string,
  keep: string,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const oldest = await transaction
    .selectFrom('responses')
    .select('response_id')
    .where('account_id', '=', accountId)
    .where('response_id', '!=', keep)
    .where('expires_at', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('response_jobs')
            .select('response_jobs.response_id')
            .whereRef('response_jobs.account_id', '=', 'responses.account_id')
            .whereRef('response_jobs.response_id', '=', 'responses.response_id')
            .where('response_jobs.state', '!=', 'done'),
        ),
      ),
    )
    .orderBy('created_at')
    .limit(EVICTED_AT_ONCE)
    .execute()
  return await dropResponses(
    transaction,
    accountId,
    oldest.map(({ response_id: id }) => id),
  )
}

async function holdsJob(
  transaction: Kysely<Tables>,
  { accountId, responseId }: ResponseRow,
  job: Exclude<JobStep, { kind: 'begin' }>,
): Promise<boolean> {
  // The row is locked by writing it: a claim or a cancel comes before or after all of this.
  let query = transaction
    .updateTable('response_jobs')
    .set((eb) => ({ attempts: eb.ref('attempts') }))
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .where('state', '!=', 'done')
  if (job.kind === 'held') query = query.where('token', '=', job.token)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return numUpdatedRows > 0n
}

async function unfinishedJobs(transaction: Kysely<Tables>, accountId: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('response_jobs')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('leased_until', 'is not', null)
    .executeTakeFirstOrThrow()
  return count
}

/** @returns bytes that it takes, or frees when negative */
async function stepJob(
  transaction: Kysely<Tables>,
  { accountId, responseId, keyId, createdAtMs }: ResponseRow,
  job: JobStep,
): Promise<number> {
  if (job.kind === 'begin') {
    const size = Buffer.byteLength(job.request) + ROW_BYTES
    await transaction
      .insertInto('response_jobs')
      .values({
        account_id: accountId,
        response_id: responseId,
        key_id: keyId,
        state: 'running',
        stream: job.stream ? 1 : 0,
        request: job.request,
        attempts: 1,
        token: job.token,
        leased_until: sql<number>`${nowOf(transaction)} + ${sql.lit(job.leaseMs)}`,
        created_at: createdAtMs,
        events: 0,
        size,
      })
      .execute()
    return size
  }
  if (job.kind === 'held' && !job.ends) return 0
  const { request, size } = await transaction
    .selectFrom('response_jobs')
    .select(['request', 'size'])
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .executeTakeFirstOrThrow()
  const freed = Buffer.byteLength(request)
  await transaction
    .updateTable('response_jobs')
    .set({ state: 'done', token: null, leased_until: null, request: '', size: size - freed })
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .execute()
  return -freed
}

/** Null = it is as it was when its next state was made. */
async function conversationRefusal(
  transaction: Kysely<Tables>,
  accountId: string,
  step: ConversationStep | null,
  nowMs: number,
): Promise<SaveOutcome | null> {
  if (step === null) return null
  const row = await transaction
    .selectFrom('response_conversations')
    .select(['version', 'expires_at'])
    .where('account_id', '=', accountId)
    .where('conversation_id', '=', step.conversationId)
    .executeTakeFirst()
  if (row === undefined || (row.expires_at !== null && row.expires_at <= nowMs)) return { kind: 'gone' }
  return row.version === step.version ? null : { kind: 'changed' }
}

/** What it held is let go of after what it holds now is counted. */
async function stepConversation(
  transaction: Kysely<Tables>,
  accountId: string,
  step: ConversationStep,
  usage: Usage,
): Promise<void> {
  const where = transaction
    .selectFrom('response_conversations')
    .select('root')
    .where('account_id', '=', accountId)
    .where('conversation_id', '=', step.conversationId)
  const { root } = await where.executeTakeFirstOrThrow()
  await transaction
    .updateTable('response_conversations')
    .set({ root: step.root, count: step.count, version: step.version + 1, expires_at: step.expiresAtMs })
    .where('account_id', '=', accountId)
    .where('conversation_id', '=', step.conversationId)
    .execute()
  usage.bytes -= await letGo(transaction, accountId, referencesTo([root]))
}
