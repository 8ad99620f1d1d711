// The rolling restart at full size: "500 of 500 streams drained at restart".

import { expect, it } from 'vitest'
import { restartUnderLoad } from './support/restart-under-load.ts'

it.each([
  { workers: 2, how: 'two workers, whose connections the primary deals out' },
  { workers: 1, how: 'the only worker, which takes its connections itself' },
])(
  'drains 500 of 500 streams over four rolling restarts, with no failed request among thousands: $how',
  async ({ workers }) => {
    const { streams, load, visitors, replaced } = await restartUnderLoad({
      streams: 500,
      restarts: 4,
      clients: 16,
      workers,
    })
    console.log(
      `${streams['done'] ?? 0} of 500 streams drained at restart; ${load.answered + visitors.answered} requests, ${load.failures.length + visitors.failures.length} failed`,
    )
    expect(streams).toEqual({ done: 500 })
    expect([...load.failures, ...visitors.failures]).toEqual([])
    expect(load.answered + visitors.answered).toBeGreaterThan(2_000)
    expect(replaced).toBe(true)
  },
)
