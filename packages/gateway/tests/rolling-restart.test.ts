// SIGUSR2 replaces the workers one by one, and nobody notices.

import { spawnFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { providersYaml } from './support/gateway.ts'
import { eventually, isAlive, spawnGateway } from './support/processes.ts'
import { restartUnderLoad } from './support/restart-under-load.ts'

describe('a rolling restart', () => {
  it.each([
    { workers: 2, how: 'two workers, whose connections the primary deals out' },
    { workers: 1, how: 'the only worker, which takes its connections itself' },
  ])(
    'refuses, resets and breaks nothing: 60 of 60 streams and every one of the requests ($how)',
    async ({ workers }) => {
      const { streams, load, visitors, replaced } = await restartUnderLoad({
        streams: 60,
        restarts: 2,
        clients: 8,
        workers,
      })
      expect(streams).toEqual({ done: 60 })
      expect([...load.failures, ...visitors.failures]).toEqual([])
      expect(load.answered).toBeGreaterThan(100)
      expect(visitors.answered).toBeGreaterThan(100)
      expect(replaced).toBe(true)
    },
  )

  it('does two in a row when it is asked twice, and has as many workers as before', async () => {
    await using upstream = await spawnFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    const before = gateway.workerPids()
    gateway.signal('SIGUSR2')
    await gateway.untilOutput(/rolling restart/)
    gateway.signal('SIGUSR2')
    await gateway.untilOutput(/the new workers serve[^]*the new workers serve/)
    await eventually(() => gateway.workerPids().length === 2, 'two workers are left')
    expect(gateway.workerPids().filter((pid) => before.includes(pid))).toEqual([])
    expect(await gateway.control.ready()).toBe(200)

    // Told to end in the middle of one: what was just forked must not be waited for.
    gateway.signal('SIGUSR2')
    await gateway.untilOutput(/(rolling restart[^]*){3}/)
    const workers = gateway.workerPids()
    expect((await gateway.stop()).code).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
  })
})
