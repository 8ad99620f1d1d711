// The rolling restart at full size: "500 of 500 streams drained at restart".

import { expect, it } from 'vitest'
import { restartUnderLoad } from './support/restart-under-load.ts'

it('drains 500 of 500 streams over four rolling restarts, with no failed request among thousands', async () => {
  const { streams, load, replaced } = await restartUnderLoad({ streams: 500, restarts: 4, clients: 16 })
  console.log(
    `${streams['done'] ?? 0} of 500 streams drained at restart; ${load.answered} requests, ${load.failures.length} failed`,
  )
  expect(streams).toEqual({ done: 500 })
  expect(load.failures).toEqual([])
  expect(load.answered).toBeGreaterThan(2_000)
  expect(replaced).toBe(true)
})
