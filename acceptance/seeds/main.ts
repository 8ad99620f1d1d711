// npm run acceptance:seeds: every request of the five seed pages, as a reader would send it, against a fresh gateway.
//
// The gateway is a process of its own and is only known by its address: what holds here holds for any client. Rows that
// later issues own are listed as pending with their owner and do not count. Exit code 1 when a row fails.
import { createContext } from './context.ts'
import { readOptions, USAGE } from './options.ts'
import type { Options } from './options.ts'
import { formatOutcome, outcomeOf, summary } from './report.ts'
import type { Outcome } from './report.ts'
import type { Row } from './row.ts'
import { rows as errors } from './rows/errors.ts'
import { rows as failover } from './rows/failover.ts'
import { rows as firstRun } from './rows/first-run.ts'
import { rows as seed000 } from './rows/seed-000.ts'
import { rows as seed001 } from './rows/seed-001.ts'
import { rows as seed002 } from './rows/seed-002.ts'
import { rows as seed003 } from './rows/seed-003.ts'
import { rows as seed004 } from './rows/seed-004.ts'
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
  ...errors,
]

function chosen(row: Row, only: readonly string[]): boolean {
  const text = `${row.seed} ${row.what}`.toLowerCase()
  return only.length === 0 || only.some((part) => text.includes(part.toLowerCase()))
}

async function main(options: Options): Promise<number> {
  await using context = createContext(options)
  // A stop by the keyboard or by CI takes the gateways along.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopEarly())
  }
  async function stopEarly(): Promise<void> {
    await context[Symbol.asyncDispose]()
    process.exit(130)
  }
  const outcomes: Outcome[] = []
  for (const row of allRows.filter((row) => chosen(row, options.only))) {
    const outcome = await attempt(row)
    outcomes.push(outcome)
    console.log(formatOutcome(outcome, options.verbose))
  }
  console.log(`\n${summary(outcomes)}`)
  return outcomes.length === 0 || outcomes.some((outcome) => outcome.result === 'FAIL') ? 1 : 0

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

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else process.exitCode = await main(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(USAGE)
  process.exitCode = 2
}
