// `fairlead_gateway_overhead_seconds` is the gateway's own time: however a call ends, what its upstream took is not in it.

import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post, providersYaml, startGateway, type TestGateway } from './support/gateway.ts'
import { eventually } from './support/processes.ts'

const UPSTREAM_MS = 600
const LEAVES_AFTER_MS = 500

describe('the gateway overhead leaves out the upstream', () => {
  it('that answered', async () => {
    await using upstream = await startSlow()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    expect((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status).toBe(200)
    expect(await overheadMs(gateway)).toBeLessThan(UPSTREAM_MS / 2)
  })

  it('that refused the request', async () => {
    await using upstream = await startSlow()
    await upstream.setFault('5xx(422)')
    await using gateway = await startGateway(providersYaml([upstream.url]))
    expect((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status).toBe(422)
    expect(await overheadMs(gateway)).toBeLessThan(UPSTREAM_MS / 2)
  })

  it('whose client did not wait for it', async () => {
    await using upstream = await startSlow()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const signal = AbortSignal.timeout(LEAVES_AFTER_MS)
    await expect(post(`${gateway.url}/chat/completions`, gateway.key, chat(), { signal })).rejects.toThrow('timeout')
    expect(await overheadMs(gateway)).toBeLessThan(LEAVES_AFTER_MS / 2)
  })
})

async function startSlow(): Promise<FakeUpstream> {
  return await startFakeUpstream({ script: { delayMs: UPSTREAM_MS } })
}

/** Of the one call, when it is over. */
async function overheadMs({ origin }: TestGateway): Promise<number> {
  let seconds: string | undefined
  await eventually(async () => {
    const reply = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
    seconds = /^fairlead_gateway_overhead_seconds_sum(?:\{[^}]*\})? (\S+)$/m.exec(await reply.text())?.[1]
    return seconds !== undefined
  }, 'the call is in the metrics')
  return Number(seconds) * 1_000
}
