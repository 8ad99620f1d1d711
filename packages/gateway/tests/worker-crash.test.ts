// Processes that are killed without a word.

import { spawnFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, post, providersYaml } from './support/gateway.ts'
import { killUnderLoad } from './support/kill-under-load.ts'
import { NO_ANSWER } from './support/load.ts'
import { eventually, isAlive, spawnGateway } from './support/processes.ts'

describe('kill -9', () => {
  it('of workers under load loses no usage row of a request that was answered, ten times over', async () => {
    const { answered, failures, missing, doubled, alive } = await killUnderLoad({ rounds: 10, workers: 3, clients: 8 })
    expect(missing).toEqual([])
    expect(doubled).toEqual([])
    expect(answered).toBeGreaterThanOrEqual(200)
    // What was in the killed workers' hands breaks; nobody waits for an answer that will not come.
    expect(failures[NO_ANSWER] ?? 0).toBe(0)
    expect(alive).toBe(3)
  }, 120_000)

  it('of the primary takes the workers along, and the next start has everything', async () => {
    await using upstream = await spawnFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    const { key } = await gateway.control.makeKey()
    expect((await post(`${gateway.url}/chat/completions`, key, chat())).status).toBe(200)
    const workers = gateway.workerPids()
    process.kill(gateway.primaryPid, 'SIGKILL')
    expect((await gateway.ended).signal).toBe('SIGKILL')
    await eventually(() => !workers.some(isAlive), 'the workers are gone', 3_000)

    await using next = await spawnGateway({ yaml: providersYaml([upstream.url]), folder: gateway.folder })
    expect((await post(`${next.url}/chat/completions`, key, chat())).status).toBe(200)
    expect((await next.stop()).code).toBe(0)
    expect(next.usageRows()).toHaveLength(2)
  })
})
