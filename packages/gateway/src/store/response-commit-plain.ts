// Saves of responses that are new, belong to no conversation and no job, and fit: nearly all of them. They are written
// together, in as many statements as one alone would take, whoever they belong to. What is left is done one by one
// (`response-commit.ts`).
import { sql, type Kysely } from 'kysely'
import type { AccountUsage, Save, SaveOutcome } from '../responses/response-store.ts'
import { setUsages } from './response-accounts.ts'
import { type AccountHash, existing, hashesFor, type Intake, planIntake, takeIn } from './response-objects.ts'
import { rowOfResponse } from './response-rows.ts'
import type { Tables } from './schema.ts'
import type { ResponsesTable } from './schema-responses.ts'
import { valueRows } from './value-rows.ts'

const STORED: SaveOutcome = { kind: 'stored' }

interface Draft {
  readonly save: Save
  readonly accountId: string
  /** Not one name twice. */
  readonly id: string
  readonly named: readonly string[]
}

/** Of one account, while the batch is put together. */
interface Account {
  bytes: number
  responses: number
  /** Objects that are here, or will be. */
  readonly here: Set<string>
  readonly intakes: Intake[]
}

/**
 * @param usages of their accounts, which are locked
 * @returns the outcomes of those that were written, or that refer to what is not here
 */
export async function commitPlain(
  transaction: Kysely<Tables>,
  saves: readonly Save[],
  usages: ReadonlyMap<string, AccountUsage>,
): Promise<ReadonlyMap<Save, SaveOutcome>> {
  const drafts = draftsOf(saves)
  const outcomes = new Map<Save, SaveOutcome>()
  if (drafts.length === 0) return outcomes
  const present = await existing(transaction, wantedOf(drafts))
  const known = await knownResponses(transaction, drafts)
  const accounts = new Map<string, Account>()
  const rows: ResponsesTable[] = []
  for (const { save, accountId, id, named } of drafts) {
    if (known.has(id)) continue
    const account = accounts.get(accountId) ?? begun(usages.get(accountId), present.get(accountId))
    accounts.set(accountId, account)
    const intake = planIntake(account.here, named, save.objects)
    if (intake.missing.length > 0) {
      outcomes.set(save, { kind: 'missing', hashes: intake.missing })
      continue
    }
    const row = rowOfResponse(save.response)
    const bytes = account.bytes + intake.bytes + row.size
    // Somebody has to go first, or it cannot be had at all.
    if (bytes > save.quota.bytes || account.responses + 1 > save.quota.responses) continue
    account.bytes = bytes
    account.responses += 1
    account.intakes.push(intake)
    for (const { hash } of intake.fresh) account.here.add(hash)
    rows.push(row)
    outcomes.set(save, STORED)
  }
  if (rows.length === 0) return outcomes
  await takeIn(transaction, new Map([...accounts].map(([accountId, { intakes }]) => [accountId, together(intakes)])))
  await transaction.insertInto('responses').values(rows).execute()
  await setUsages(transaction, accounts)
  return outcomes
}

function draftsOf(saves: readonly Save[]): Draft[] {
  const ids = new Set<string>()
  return saves.flatMap((save) => {
    const { response, conversation, job } = save
    const { accountId, responseId, root, members } = response
    const id = `${accountId} ${responseId}`
    if (conversation !== null || job !== null || ids.has(id)) return []
    ids.add(id)
    return [{ save, accountId, id, named: [...(root === null ? [] : [root]), ...Object.values(members)] }]
  })
}

function wantedOf(drafts: readonly Draft[]): AccountHash[] {
  const wanted = new Map<string, Set<string>>()
  for (const { save, accountId, named } of drafts) {
    const hashes = hashesFor(named, save.objects)
    wanted.set(accountId, wanted.get(accountId)?.union(hashes) ?? hashes)
  }
  return [...wanted].flatMap(([account, hashes]) => [...hashes].map((hash) => ({ account, hash })))
}

/** Those of them that are stored already: they are replaced one by one. */
async function knownResponses(transaction: Kysely<Tables>, drafts: readonly Draft[]): Promise<ReadonlySet<string>> {
  const wanted = drafts.map(({ accountId, save }) => ({ account: accountId, id: save.response.responseId }))
  const list = valueRows(transaction, 'd', { account: 'text', id: 'text' }, wanted)
  const { rows } = await sql<{ account: string; id: string }>`select account_id as account, response_id as id
    from responses where (account_id, response_id) in (select account, id from ${list})`.execute(transaction)
  return new Set(rows.map(({ account, id }) => `${account} ${id}`))
}

function begun(
  usage: Pick<Account, 'bytes' | 'responses'> | undefined,
  here: ReadonlySet<string> | undefined,
): Account {
  return { bytes: usage?.bytes ?? 0, responses: usage?.responses ?? 0, here: new Set(here), intakes: [] }
}

/** What is fresh for one is there for the next: every reference counts, every object comes once. */
function together(intakes: readonly Intake[]): Intake {
  const references: Intake['references'] = new Map()
  for (const intake of intakes) {
    for (const [hash, times] of intake.references) references.set(hash, (references.get(hash) ?? 0) + times)
  }
  const bytes = intakes.reduce((sum, intake) => sum + intake.bytes, 0)
  return { fresh: intakes.flatMap(({ fresh }) => fresh), references, bytes, missing: [] }
}
