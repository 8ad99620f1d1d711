// Who dies while the database answers: what the tests with a real database reach by luck alone. The store is scripted here.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Slice } from '../wallets/wallet-store.ts'
import type { DrawAsk } from './slice-messages.ts'
import { SliceServer, type SliceServerOptions } from './slice-server.ts'

const ASK: DrawAsk = { kind: 'draw', accountId: 'acc_a', holder: 'journal_a', needNanos: 5, wishNanos: 5 }
type Drawn = Awaited<ReturnType<SliceServerOptions['store']['draw']>>
const DRAWN: Drawn = { ok: true, sliceId: 'sl_a', drawnNanos: 5, grantedNanos: 5, availableNanos: 0 }
const silent = (): void => undefined

it('closes the slices of a dead worker once more when a draw of its is committed while they are closed', async () => {
  const draws: PromiseWithResolvers<Drawn>[] = []
  const closings: PromiseWithResolvers<readonly Slice[]>[] = []
  const store: SliceServerOptions['store'] = {
    draw: () => pending(draws),
    renew: async () => ({ life: 1, nowMs: 0 }),
    leave: async () => undefined,
    writeOffDead: async () => [],
    liveSlices: async () => [],
    closeHolder: () => pending(closings),
  }
  const server = new SliceServer({
    store,
    instanceId: 'ins_a',
    others: null,
    drainJournals: async () => undefined,
    isAlive: () => false,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  for (const id of [1, 2]) server.workerCame(id, { recall: silent, renew: silent })
  const answers = [server.draw(1, ASK), server.draw(2, { ...ASK, holder: 'journal_b' })]
  await nextTurn()
  server.workerGone(1)
  await nextTurn()
  // Another worker's question waits behind it. The database has closed what there was, and its answer is on its way; then the first draw is committed.
  expect(closings).toHaveLength(1)
  draws[0]?.resolve(DRAWN)
  await answers[0]
  closings[0]?.resolve([])
  await nextTurn()
  draws[1]?.resolve(DRAWN)
  await answers[1]
  await nextTurn()
  expect(closings).toHaveLength(2)
  closings[1]?.resolve([])
  await server[Symbol.asyncDispose]()
  expect(closings).toHaveLength(2)
})

function pending<T>(list: PromiseWithResolvers<T>[]): Promise<T> {
  const resolvers = Promise.withResolvers<T>()
  list.push(resolvers)
  return resolvers.promise
}
