// The chain of `responses-chain.test.ts` on two instances that share PostgreSQL and Redis: each request goes to the other
// one than that before it, in the moment in which the response before it is complete.

import { describe, expect, it } from 'vitest'
import { startChainStage, TURNS, TURNS_EACH } from './support/chain-stage.ts'
import { MASTER_KEY } from './support/gateway.ts'
import { overHttp, overSocket, startChain, type Ask } from './support/long-chain.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'
import { SocketClient } from './support/socket-client.ts'
import { expectLinear, storedSizeOnPostgres, type StoredSize } from './support/stored-size.ts'

const suite = HAS_SERVERS ? describe : describe.skip
suite('two instances', () => {
  it.each(['HTTP', 'WebSocket'])(
    'go on with each other’s responses over %s',
    async (way) => {
      await using stage = await startChainStage()
      await using instances = await startInstances(2, { yaml: stage.yaml, workers: 2 })
      await using sockets = new AsyncDisposableStack()
      const asks = await Promise.all(
        instances.gateways.map(async ({ url }) => {
          if (way === 'HTTP') return overHttp(url, MASTER_KEY)
          return overSocket(sockets.use(await SocketClient.open(url, MASTER_KEY)))
        }),
      )
      let calls = 0
      const ask: Ask = async (body) => await (asks[calls++ % asks.length] ?? asks[0]!)(body)
      const chain = startChain()
      const sizes: StoredSize[] = []
      for (let turn = 1; turn <= TURNS + 1; turn++) {
        await chain.turn(stage.step(turn, ask))
        // Two requests a turn: without this, each instance would have its own half of every turn.
        if (turn % 2 === 0) calls++
        if (turn % TURNS_EACH === 0) sizes.push(await storedSizeOnPostgres(instances.databaseUrl))
      }
      expect(chain.facts).toHaveLength(4 * (TURNS + 1))
      expectLinear(sizes)
    },
    180_000,
  )
})
