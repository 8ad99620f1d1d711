// npm run acceptance:seeds: every request of the five seed pages, as a reader would send it, against a fresh gateway.
//
// The gateway is a process of its own and is only known by its address: what holds here holds for any client. Rows that
// later issues own are listed as pending with their owner and do not count. Exit code 1 when a row fails.
import { runCommand } from '../lib/command.ts'
import { createContext } from './context.ts'
import { readOptions, USAGE } from './options.ts'
import type { Options } from './options.ts'
import { formatOutcome, outcomeOf, summary } from './report.ts'
import type { Outcome } from './report.ts'
import type { Row } from './row.ts'
import { rows as errors } from './rows/errors.ts'
import { rows as failover } from './rows/failover.ts'
import { rows as firstRun } from './rows/first-run.ts'
import { rows as money } from './rows/money.ts'
import { rows as seed000 } from './rows/seed-000.ts'
import { rows as seed001 } from './rows/seed-001.ts'
import { rows as seed002 } from './rows/seed-002.ts'
import { rows as seed003 } from './rows/seed-003.ts'
import { rows as seed004 } from './rows/seed-004.ts'
import { rows as tiers } from './rows/tiers.ts'
import { rows as vendors } from './rows/vendors.ts'

const allRows = [
  ...firstRun,
  ...seed000,
  ...failover,
  ...seed001,
  ...seed002,
  ...seed003,
  ...vendors,
  ...seed004,
  ...tiers,
  ...money,
  ...errors,
]

function chosen(row: Row, only: readonly string[]): boolean {
  const text = `${row.seed} ${row.what}`.toLowerCase()
  return only.length === 0 || only.some((part) => text.includes(part.toLowerCase()))
}

async function main(options: Options, running: AsyncDisposableStack): Promise<boolean> {
  const context = running.use(createContext(options))
  const outcomes: Outcome[] = []
  for (const row of allRows.filter((row) => chosen(row, options.only))) {
    const outcome = await attempt(row)
    outcomes.push(outcome)
    console.log(formatOutcome(outcome, options.verbose))
  }
  console.log(`\n${summary(outcomes)}`)
  return outcomes.length > 0 && outcomes.every((outcome) => outcome.result !== 'FAIL')

  async function attempt(row: Row): Promise<Outcome> {
    if (row.pending !== undefined && !options.tryPending) return { row, result: 'pending', detail: row.pending, ms: 0 }
    const startedAt = performance.now()
    try {
      const remark = await row.run(context)
      return outcomeOf(row, undefined, remark ?? '', performance.now() - startedAt)
    } catch (error) {
      return outcomeOf(row, error, '', performance.now() - startedAt)
    }
  }
}

await runCommand({ usage: USAGE, readOptions, run: main })
