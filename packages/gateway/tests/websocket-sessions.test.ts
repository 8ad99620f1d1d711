// The small form of `websocket-sessions.proof.test.ts`, for every push.

import { expect, it } from 'vitest'
import { runSessions } from './support/socket-sessions.ts'

it('serves forty sessions beside clients that flood, say nothing and never read', async () => {
  const figures = await runSessions({ sessions: 40, everyMs: 800, turns: 3, hostile: 1 })
  expect(figures.failed).toEqual([])
  expect(figures.turns).toBe(120)
  expect(figures.completedMs.max).toBeLessThan(5_000)
  expect(figures.hostileClosed).toBeGreaterThan(0)
})
