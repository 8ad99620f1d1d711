// What usage records have in common on both databases: everything but the way in. Bringing rows in is the one thing that
// happens once per call, so each database has its own hand for it (`usage-store.ts`, `postgres-usage-store.ts`).
import type { Kysely } from 'kysely'
import type {
  ArrivalsQuery,
  ArrivedRecord,
  UsageFilter,
  UsagePoint,
  UsageQueries,
  UsageRange,
  UsageRecordsPage,
  UsageRecordsQuery,
  UsageSeriesQuery,
  UsageTotals,
  UsageDimension,
} from '../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../billing/usage/usage-record.ts'
import type {
  JournalAdvance,
  JournalBatch,
  JournalPosition,
  RetentionCutoffs,
  UsageStore,
} from '../billing/usage/usage-store.ts'
import { forgoCharge } from './charged-once.ts'
import type { Tables } from './schema.ts'
import { usageSince } from './usage-history.ts'
import { arrivedRecords, lastRecord, listRecords, recentRecords, recordById } from './usage-queries-records.ts'
import { usageSeries, usageTotals } from './usage-queries-sums.ts'
import { deleteOld } from './retention.ts'
import { sumNextDay } from './rollups-daily.ts'

export abstract class SqlUsageStore implements UsageStore, UsageQueries {
  protected readonly kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.kysely = kysely
  }

  abstract readonly inOrder: boolean
  abstract append(batch: JournalBatch, advance: JournalAdvance): Promise<void>
  abstract flush(): Promise<void>

  async position(instance: string, segment: number): Promise<number> {
    const row = await this.kysely
      .selectFrom('journal_positions')
      .select('position')
      .where('instance', '=', instance)
      .where('segment', '=', segment)
      .executeTakeFirst()
    return row?.position ?? 0
  }

  async positions(directory: string): Promise<readonly JournalPosition[]> {
    return await this.kysely
      .selectFrom('journal_positions')
      .select(['instance', 'segment', 'position'])
      .where('directory', 'in', [directory, ''])
      .execute()
  }

  async forget(instance: string, segment: number): Promise<void> {
    await this.kysely
      .deleteFrom('journal_positions')
      .where('instance', '=', instance)
      .where('segment', '=', segment)
      .execute()
  }

  async forgo(requestId: string): Promise<boolean> {
    return await forgoCharge(this.kysely, requestId)
  }

  async totals(query: UsageFilter & UsageRange & { readonly groupBy?: UsageDimension }): Promise<UsageTotals> {
    return await usageTotals(this.kysely, query)
  }

  async series(query: UsageSeriesQuery): Promise<readonly UsagePoint[]> {
    return await usageSeries(this.kysely, query)
  }

  async records(query: UsageRecordsQuery): Promise<UsageRecordsPage> {
    return await listRecords(this.kysely, query)
  }

  async lastRow(): Promise<number> {
    return await lastRecord(this.kysely)
  }

  async arrivals(query: ArrivalsQuery): Promise<readonly ArrivedRecord[]> {
    return await arrivedRecords(this.kysely, query)
  }

  async record(accountId: string | null, requestId: string): Promise<StoredUsageRecord | null> {
    return await recordById(this.kysely, accountId, requestId)
  }

  async recent(query: { limit: number; keyId?: string; requestId?: string }): Promise<readonly StoredUsageRecord[]> {
    return await recentRecords(this.kysely, query)
  }

  async since(scope: string, fromMs: number): Promise<{ readonly requests: number; readonly costNanos: number }> {
    return await usageSince(this.kysely, scope, fromMs)
  }

  async sumNextDay(nowMs: number): Promise<boolean> {
    return await sumNextDay(this.kysely, nowMs)
  }

  async deleteOld(cutoffs: RetentionCutoffs): Promise<boolean> {
    return await deleteOld(this.kysely, cutoffs)
  }
}

/** The first statement of every `append`: it fails when somebody else was there. */
export async function moveTo(database: Kysely<Tables>, advance: JournalAdvance): Promise<void> {
  const { instance, segment, position, from, directory } = advance
  if (from === 0) {
    await database.insertInto('journal_positions').values({ instance, segment, position, directory }).execute()
    return
  }
  const result = await database
    .updateTable('journal_positions')
    .set({ position, directory })
    .where('instance', '=', instance)
    .where('segment', '=', segment)
    .where('position', '=', from)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw new Error(`The journal of ${instance} is being read by another process.`)
}
