// The journal at full size: a hundred workers and a hundred primaries killed under load.

import { expect, it } from 'vitest'
import { killPrimariesUnderLoad, killWorkersUnderLoad, type KillReport } from './support/kill-under-load.ts'
import { NO_ANSWER } from './support/load.ts'

it('has one usage row for every reply that began after a hundred kills of workers', async () => {
  const report = await killWorkersUnderLoad({ rounds: 100, workers: 3, clients: 16 })
  tell('workers', report)
  expect(report.missing).toEqual([])
  expect(report.doubled).toEqual([])
  expect(report.failures[NO_ANSWER] ?? 0).toBe(0)
  expect(report.alive).toBe(3)
})

it('has one usage row for every reply that began after a hundred kills of primaries', async () => {
  const report = await killPrimariesUnderLoad({ rounds: 100, workers: 2, clients: 12 })
  tell('primaries', report)
  expect(report.missing).toEqual([])
  expect(report.doubled).toEqual([])
})

function tell(what: string, { answered, cut, interrupted, failures, missing, doubled }: KillReport): void {
  console.log(
    `${what}: ${answered} answered, ${cut} cut, ${interrupted} rows of interrupted calls, ${missing.length} missing, ${doubled.length} doubled; ${JSON.stringify(failures)}`,
  )
}
