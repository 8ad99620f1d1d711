import { sql, type Kysely } from 'kysely'
import {
  HEALTH_DAY_MS,
  HEALTH_STEP_MS,
  type HealthDay,
  type HealthHistory,
  type HealthLooks,
  type HealthQuery,
} from '../telemetry/history/health-history.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'

export class SqlHealthStore implements HealthHistory {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async add(looks: readonly HealthLooks[]): Promise<void> {
    // In one order, so that two gateways never wait for each other.
    const inOrder = looks.toSorted((a, b) => (a.component < b.component ? -1 : 1) || a.startMs - b.startMs)
    if (inOrder.length === 0) return
    await inOneTransaction(this.#kysely, async (transaction) => {
      for (const look of inOrder) await addOne(transaction, look)
    })
  }

  async steps(query: HealthQuery): Promise<readonly HealthLooks[]> {
    const rows = await rowsWithin(this.#kysely, 'health_steps', query, HEALTH_STEP_MS)
    return rows.map((row) => looksOf(row, HEALTH_STEP_MS))
  }

  async days(query: HealthQuery): Promise<readonly HealthDay[]> {
    const rows = await rowsWithin(this.#kysely, 'health_days', query, HEALTH_DAY_MS)
    return rows.map((row) => ({ ...looksOf(row, HEALTH_DAY_MS), steps: Number(row.steps) }))
  }

  async prune(cutoffs: { readonly stepsBeforeMs: number; readonly daysBeforeMs: number }): Promise<void> {
    const { stepsBeforeMs, daysBeforeMs } = cutoffs
    const step = Math.floor(stepsBeforeMs / HEALTH_STEP_MS)
    await this.#kysely.deleteFrom('health_steps').where('slot', '<', step).execute()
    const day = Math.floor(daysBeforeMs / HEALTH_DAY_MS)
    await this.#kysely.deleteFrom('health_days').where('slot', '<', day).execute()
  }
}

async function addOne(transaction: Kysely<Tables>, look: HealthLooks): Promise<void> {
  const { component, startMs, checks, failures, responseMs: response_ms } = look
  const figures = { component, checks, failures, response_ms }
  const step = await transaction
    .insertInto('health_steps')
    .values({ ...figures, slot: Math.floor(startMs / HEALTH_STEP_MS) })
    .onConflict((conflict) =>
      conflict.columns(['component', 'slot']).doUpdateSet((eb) => ({
        checks: eb('health_steps.checks', '+', checks),
        failures: eb('health_steps.failures', '+', failures),
        response_ms: eb('health_steps.response_ms', '+', response_ms),
      })),
    )
    .returning('checks')
    .executeTakeFirstOrThrow()
  const isNew = step.checks === checks ? 1 : 0
  await transaction
    .insertInto('health_days')
    .values({ ...figures, slot: Math.floor(startMs / HEALTH_DAY_MS), steps: isNew })
    .onConflict((conflict) =>
      conflict.columns(['component', 'slot']).doUpdateSet((eb) => ({
        checks: eb('health_days.checks', '+', checks),
        failures: eb('health_days.failures', '+', failures),
        response_ms: eb('health_days.response_ms', '+', response_ms),
        steps: eb('health_days.steps', '+', isNew),
      })),
    )
    .execute()
}

interface Row {
  readonly component: string
  readonly slot: number
  readonly checks: number
  readonly failures: number
  readonly response_ms: number
  readonly steps?: number
}

async function rowsWithin(
  kysely: Kysely<Tables>,
  table: 'health_steps' | 'health_days',
  { prefix = '', fromMs, toMs }: HealthQuery,
  unitMs: number,
): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`select * from ${sql.table(table)}
    where slot >= ${Math.floor(fromMs / unitMs)} and slot < ${Math.ceil(toMs / unitMs)}
    and substr(component, 1, ${sql.lit(prefix.length)}) = ${prefix} order by component, slot`.execute(kysely)
  return rows
}

function looksOf(row: Row, unitMs: number): HealthLooks {
  const { component, checks, failures } = row
  return { component, startMs: row.slot * unitMs, checks, failures, responseMs: Number(row.response_ms) }
}
