// A configuration that changes while streams run.

import { openStream, startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post, providersYaml } from './support/gateway.ts'
import { eventually, spawnGateway, type GatewayProcess } from './support/processes.ts'

async function modelIds(gateway: GatewayProcess): Promise<readonly string[]> {
  const response = await fetch(`${gateway.url}/models`, {
    headers: { authorization: `Bearer ${MASTER_KEY}`, connection: 'close' },
  })
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] }
  return data.map(({ id }) => id)
}

/** Asks on new connections until every worker has surely been asked. */
async function statuses(gateway: GatewayProcess, body: Record<string, unknown>): Promise<ReadonlySet<number>> {
  const init = { headers: { connection: 'close' } }
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => post(`${gateway.url}/chat/completions`, MASTER_KEY, body, init)),
  )
  return new Set(replies.map(({ status }) => status))
}

describe('hot reload', () => {
  it('takes changed models and providers into every worker without breaking a stream, and refuses what is wrong', async () => {
    await using before = await startFakeUpstream()
    await using after = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([before.url]), workers: 2 })
    const body = chat('[[testkit: tokens=400 gapMs=50]]', { stream: true })
    const streams = Array.from({ length: 10 }, () =>
      openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY }),
    )
    await Promise.all(streams.map(({ responded }) => responded))
    expect(await statuses(gateway, { ...chat(), model: 'gpt-new' })).toEqual(new Set([404]))

    // A file that is written: noticed without being told.
    gateway.rewriteConfig({
      yaml: `providers:\n  - { name: z, type: openai-compatible, base_url: "${after.url}", api_keys: [sk-up-z] }\nmodels:\n  - { id: gpt-new, targets: [{ provider: z, model: gpt-4o }] }\n`,
    })
    await gateway.untilOutput(/read again/)
    await eventually(
      async () => (await statuses(gateway, { ...chat(), model: 'gpt-new' })).size === 1,
      'both workers know',
    )
    expect(await statuses(gateway, { ...chat(), model: 'gpt-new' })).toEqual(new Set([200]))
    expect(await statuses(gateway, chat())).toEqual(new Set([404]))
    expect(await modelIds(gateway)).toContain('gpt-new')
    expect(after.ledger.totals.requests).toBeGreaterThanOrEqual(8)

    // A bad one: refused with the reason, and what runs stays.
    gateway.rewriteConfig({ yaml: 'providers:\n  - { name: z, typ: openai }\n' })
    await gateway.untilOutput(/was refused[^]*|"reason":/)
    expect(gateway.output).toMatch(/typ/)
    expect(await statuses(gateway, { ...chat(), model: 'gpt-new' })).toEqual(new Set([200]))
    expect((await gateway.control.health())['config_error']).toMatch(/typ/)

    // SIGHUP reads it again, also when nothing changed.
    const seen = gateway.lineCount
    gateway.signal('SIGHUP')
    await gateway.untilOutput(/was refused/, 5_000, seen)

    gateway.rewriteConfig({ yaml: providersYaml([before.url, after.url]) })
    await eventually(async () => (await gateway.control.health())['config_error'] === undefined, 'the error is gone')
    await eventually(async () => [...(await statuses(gateway, chat()))].join() === '200', 'the old model is back')

    expect(streams.every(({ eventCount }) => eventCount > 10)).toBe(true)
    const counts = streams.map(({ eventCount }) => eventCount)
    await eventually(
      () => streams.every(({ eventCount }, index) => eventCount > (counts[index] ?? 0)),
      'every stream goes on',
    )
    for (const stream of streams) stream.abort()
  })
})
