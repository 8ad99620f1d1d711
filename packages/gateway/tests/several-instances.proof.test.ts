// What three instances promise over whole minutes: no window of 60 seconds has more than N, wherever it begins; the
// slots of one that was killed come back; half a minute without PostgreSQL costs nobody whose key is known a call.

import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { providersYaml } from './support/gateway.ts'
import { eventually } from './support/processes.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'

const INSTANCES = 3

const suite = HAS_SERVERS ? describe : describe.skip
suite('three instances over minutes', () => {
  it.each([10, 60, 1000])(
    'let no more than %i through in any 60 seconds, and all of them when asked steadily',
    async (limit) => {
      await using upstream = await startFakeUpstream()
      await using instances = await startInstances(INSTANCES, { yaml: providersYaml([upstream.url]) })
      const { key } = await instances.gateways[0]!.control.makeKey({ limits: { rpm: limit } })
      /** When each call that was let through began and ended: it counted somewhere in between. */
      const spans: { readonly fromMs: number; readonly toMs: number }[] = []
      const untilMs = performance.now() + 150_000
      const client = async (at: number): Promise<void> => {
        for (let call = at; performance.now() < untilMs; call++) {
          const fromMs = performance.now()
          const { status } = await instances.call(call, key)
          if (status === 200) spans.push({ fromMs, toMs: performance.now() })
          else await sleep(50)
        }
      }
      await Promise.all(Array.from({ length: 9 }, (_, at) => client(at)))
      // Only those count together that certainly fell into one window, from its first moment to its last.
      const worst = Math.max(
        ...spans.map(
          ({ fromMs }) => spans.filter((other) => other.fromMs >= fromMs && other.toMs < fromMs + 60_000).length,
        ),
      )
      console.log(`limit ${limit}: ${spans.length} in 150 s, at most ${worst} in any 60 s`)
      expect(worst).toBeLessThanOrEqual(limit)
      // Two full minutes have passed for certain, and the third has begun.
      expect(spans.length).toBeGreaterThanOrEqual(limit <= 60 ? 3 * limit : 2 * limit)
    },
  )

  it('give the slots of one that was killed to the others within a minute', async () => {
    await using upstream = await startFakeUpstream({ script: { delayMs: 120_000 } })
    await using instances = await startInstances(INSTANCES, { yaml: providersYaml([upstream.url]) })
    const { key } = await instances.gateways[0]!.control.makeKey({ limits: { concurrency: 1 } })
    void instances.ask(1, key).catch(() => undefined)
    await eventually(() => upstream.ledger.totals.requests === 1, 'the slot is taken')
    expect((await instances.ask(2, key)).status).toBe(429)
    process.kill(-instances.gateways[1]!.child.pid!, 'SIGKILL')
    const killedAtMs = performance.now()
    await eventually(
      async () => (await Promise.race([instances.ask(2, key), sleep(2_000, { status: 200 })])).status !== 429,
      'the slot is free again',
      60_000,
    )
    console.log(`the slot came back after ${((performance.now() - killedAtMs) / 1000).toFixed(1)} s`)
  })

  it('go on for half a minute without PostgreSQL with the keys that they know', async () => {
    await using upstream = await startFakeUpstream()
    await using instances = await startInstances(INSTANCES, { yaml: providersYaml([upstream.url]) })
    const [known, unknown] = await Promise.all([
      instances.gateways[0]!.control.makeKey(),
      instances.gateways[0]!.control.makeKey(),
    ])
    for (let at = 0; at < INSTANCES; at++) expect((await instances.call(at, known.key)).status).toBe(200)
    await instances.postgres.kill()
    const statuses = new Map<number, number>()
    const untilMs = performance.now() + 30_000
    for (let call = 0; performance.now() < untilMs; call++) {
      expect((await instances.call(call, known.key)).status).toBe(200)
      const { status } = await instances.call(call, unknown.key)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      await sleep(50)
    }
    expect([...statuses.keys()]).toEqual([503])
    await instances.postgres.start()
    await eventually(
      async () =>
        (await Promise.all([0, 1, 2].map((at) => instances.call(at, unknown.key)))).every(
          ({ status }) => status === 200,
        ),
      'all is well again',
      15_000,
    )
  })
})
