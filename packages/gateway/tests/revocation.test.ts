// A key that was taken back is good nowhere, on none of the workers.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { callOnce } from './support/load.ts'
import { chat, providersYaml } from './support/gateway.ts'
import { eventually, spawnGateway, type GatewayProcess } from './support/processes.ts'

/** The statuses of eight calls at once, each on a connection of its own: the workers get them in turn. */
async function calls(gateway: GatewayProcess, key: string): Promise<readonly number[]> {
  const body = JSON.stringify(chat())
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => callOnce(`${gateway.url}/chat/completions`, key, body)),
  )
  return replies.map(({ status }) => status)
}

const ALL_WELL = Array.from({ length: 8 }, () => 200)
const ALL_REFUSED = Array.from({ length: 8 }, () => 401)

describe('a key', () => {
  it('that is revoked is 401 on every worker within a second, and one that expires when it expires', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    const lasting = await gateway.control.makeKey()
    const leaving = await gateway.control.makeKey()
    const madeAtMs = Date.now()
    const expiring = await gateway.control.makeKey({ expires_in: 2 })
    // Known to both workers from here on.
    expect(await calls(gateway, leaving.key)).toEqual(ALL_WELL)
    expect(await calls(gateway, expiring.key)).toEqual(ALL_WELL)

    await gateway.control.revokeKey(leaving.id)
    const revokedAtMs = performance.now()
    await eventually(
      async () => (await calls(gateway, leaving.key)).every((status) => status === 401),
      'every worker refuses it',
      1_000,
    )
    expect(performance.now() - revokedAtMs).toBeLessThan(1_000)
    expect(await calls(gateway, leaving.key)).toEqual(ALL_REFUSED)

    await eventually(
      async () => (await calls(gateway, expiring.key)).every((status) => status === 401),
      'it expires',
      4_000,
    )
    expect(Date.now() - madeAtMs).toBeGreaterThanOrEqual(2_000)
    expect(await calls(gateway, lasting.key)).toEqual(ALL_WELL)
  })

  it('that is revoked while it is looked up is not remembered as a good one', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    for (let round = 0; round < 15; round += 1) {
      const { id, key } = await gateway.control.makeKey()
      const first = calls(gateway, key)
      const revoked = gateway.control.revokeKey(id)
      await Promise.all([first, revoked])
      await eventually(
        async () => (await calls(gateway, key)).every((status) => status === 401),
        `round ${round}`,
        1_000,
      )
      expect(await calls(gateway, key)).toEqual(ALL_REFUSED)
    }
  })
})
