import { expect, it } from 'vitest'
import { SLOT_MS } from '../upstreams/provider-history.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'

const PROVIDER = {
  name: 'p',
  settings: { type: 'openai', weight: 0.5 },
  sealedHeaders: '',
  enabled: true,
  createdAtMs: 1,
  updatedAtMs: 1,
}
const credential = (fingerprint: string, createdAtMs: number) => ({
  provider: 'p',
  fingerprint,
  label: '',
  sealedSecret: 'sealed',
  createdAtMs,
})

describeEachDatabase('stored upstreams', (open) => {
  it('come back as they were put in, and go with what is theirs', async () => {
    const { upstreams } = await open()
    expect([await upstreams.insertProvider(PROVIDER), await upstreams.insertProvider(PROVIDER)]).toEqual([true, false])
    await upstreams.insertCredential(credential('b', 1))
    await upstreams.insertCredential(credential('a', 2))
    expect(await upstreams.insertCredential(credential('a', 3))).toBe(false)
    await upstreams.labelCredential('p', 'a', 'A')
    await upstreams.insertModel({ id: 'm', settings: { targets: [] }, enabled: false, createdAtMs: 1, updatedAtMs: 1 })
    const drained = { provider: 'p', fingerprint: '', drainedAtMs: 9, weight: 0.25, setBy: 'master', setAtMs: 9 }
    await upstreams.putSwitch({ ...drained, weight: null })
    await upstreams.putSwitch(drained)
    await upstreams.putSwitch({ ...drained, fingerprint: 'a' })
    expect(await upstreams.all()).toEqual({
      providers: [PROVIDER],
      credentials: [credential('b', 1), { ...credential('a', 2), label: 'A' }],
      models: [{ id: 'm', settings: { targets: [] }, enabled: false, createdAtMs: 1, updatedAtMs: 1 }],
      switches: expect.arrayContaining([drained, { ...drained, fingerprint: 'a' }]),
    })
    await upstreams.removeCredential('p', 'a')
    expect(await upstreams.findSwitch('p', 'a')).toBeUndefined()
    await upstreams.putSwitch({ ...drained, drainedAtMs: null, weight: null })
    expect(await upstreams.findSwitch('p', '')).toBeUndefined()
    await upstreams.putSwitch(drained)
    await upstreams.updateProvider({ ...PROVIDER, enabled: false, updatedAtMs: 2 })
    expect(await upstreams.findProvider('p')).toMatchObject({ enabled: false, createdAtMs: 1, updatedAtMs: 2 })
    await upstreams.removeProvider('p')
    await upstreams.removeModel('m')
    expect(await upstreams.all()).toEqual({ providers: [], credentials: [], models: [], switches: [] })
  })

  it('have a history that adds up and is pruned', async () => {
    const { providerHistory: history } = await open()
    const slot = { provider: 'p', startMs: SLOT_MS, checks: 2, failed: 1, responseMs: 10 }
    const event = {
      eventId: 'e1',
      provider: 'p',
      fingerprint: '',
      model: '',
      kind: 'down',
      reason: 'r',
      forMs: null,
      atMs: 5,
    } as const
    await history.add([slot], [event])
    await history.add(
      [slot, { ...slot, startMs: 2 * SLOT_MS }],
      [event, { ...event, eventId: 'e2', kind: 'up', atMs: 6 }],
    )
    expect(await history.slots('p', 0, 10 * SLOT_MS)).toEqual([
      { ...slot, checks: 4, failed: 2, responseMs: 20 },
      { ...slot, startMs: 2 * SLOT_MS },
    ])
    expect((await history.events('p', 0, 10)).map(({ kind }) => kind)).toEqual(['up', 'down'])
    expect(await history.events('other', 0, 10)).toEqual([])
    await history.prune(2 * SLOT_MS)
    expect(await history.slots(null, 0, 10 * SLOT_MS)).toHaveLength(1)
    expect(await history.events(null, 0, 10)).toEqual([])
  })

  it('and the database tells how large it is', async () => {
    const database = await open()
    expect(await database.figures()).toMatchObject({ noticesWaiting: 0, jobsOpen: 0 })
    expect((await database.figures()).bytes).toBeGreaterThan(10_000)
  })
})
