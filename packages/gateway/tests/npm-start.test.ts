// `npm start`, the README's command: its end is the gateway's end, whichever process the signal hits.

import { openStream, startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, providersYaml } from './support/gateway.ts'
import { childrenOf, eventually, isAlive, spawnGateway, type GatewayProcess } from './support/processes.ts'

/** Every process below this one, itself included. */
function familyOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)]
}

async function npmStart(yaml: string): Promise<GatewayProcess> {
  const arguments_ = ['--port', '0', '--workers', '2']
  return await spawnGateway({ yaml, configByEnvironment: true, command: ['npm', 'start', '--', ...arguments_] })
}

describe('npm start', () => {
  it('drains on SIGTERM and leaves nothing behind', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await npmStart(providersYaml([upstream.url]))
    const family = familyOf(gateway.child.pid ?? 0)
    expect(family.length).toBeGreaterThanOrEqual(5)
    const body = chat('[[testkit: tokens=30 gapMs=50]]', { stream: true })
    const stream = openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY })
    await stream.responded

    gateway.signal('SIGTERM')
    expect((await stream.result).end).toBe('done')
    expect((await gateway.ended).code).toBe(0)
    expect(family.filter(isAlive)).toEqual([])
    expect(gateway.usageRows()).toHaveLength(1)
  })

  it('that is killed takes the gateway along, its streams drained', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await npmStart(providersYaml([upstream.url]))
    const family = familyOf(gateway.child.pid ?? 0)
    const body = chat('[[testkit: tokens=40 gapMs=50]]', { stream: true })
    const stream = openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY })
    await stream.responded

    gateway.signal('SIGKILL')
    expect((await stream.result).end).toBe('done')
    await eventually(() => !family.some(isAlive), 'everything is gone')
  })

  it('whose launcher is killed takes the gateway along, too', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await npmStart(providersYaml([upstream.url]))
    const family = familyOf(gateway.child.pid ?? 0)
    const launcher = family.find((pid) => childrenOf(pid).includes(gateway.primaryPid))
    process.kill(launcher ?? 0, 'SIGKILL')
    await eventually(() => !family.some(isAlive), 'everything is gone')
    expect(await gateway.control.ready()).toBe(0)
  })
})
