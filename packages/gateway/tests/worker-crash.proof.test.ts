// The journal at full size: a hundred workers killed under load.

import { expect, it } from 'vitest'
import { killUnderLoad } from './support/kill-under-load.ts'
import { NO_ANSWER } from './support/load.ts'

it('has one usage row for every answered request after a hundred kills', async () => {
  const { answered, failures, missing, doubled, alive } = await killUnderLoad({ rounds: 100, workers: 3, clients: 16 })
  console.log(
    `${answered} answered, ${missing.length} rows missing, ${doubled.length} doubled; lost with their workers: ${JSON.stringify(failures)}`,
  )
  expect(missing).toEqual([])
  expect(doubled).toEqual([])
  expect(failures[NO_ANSWER] ?? 0).toBe(0)
  expect(alive).toBe(3)
})
