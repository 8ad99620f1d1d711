// A chain of 50 turns with tools that changes its provider at turns 10, 20, 30 and 40, and goes back to the first one in the
// end: nothing is forgotten, and what is stored grows with the turns, not with their squares.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChainStage, TURNS, TURNS_EACH, type ChainStage } from './support/chain-stage.ts'
import { MASTER_KEY, post, startGateway } from './support/gateway.ts'
import { overHttp, overSocket, startChain, type Ask } from './support/long-chain.ts'
import { askOverHttp } from './support/open-responses/ask.ts'
import { spawnGateway } from './support/processes.ts'
import { SocketClient } from './support/socket-client.ts'
import { expectLinear, storedSize, type StoredSize } from './support/stored-size.ts'

let stage: ChainStage
beforeAll(async () => {
  stage = await startChainStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

describe('a chain of 50 turns over five providers', () => {
  it.each(['HTTP', 'WebSocket'])(
    'forgets nothing over %s, across a restart of the gateway',
    async (way) => {
      let gateway = await spawnGateway({ yaml: stage.yaml })
      const folder = gateway.folder
      let socket: SocketClient | undefined
      const open = async (): Promise<Ask> => {
        if (way === 'HTTP') return overHttp(gateway.url, MASTER_KEY)
        socket = await SocketClient.open(gateway.url, MASTER_KEY)
        return overSocket(socket)
      }
      const sizes: StoredSize[] = []
      const measure = (): number => sizes.push(storedSize(join(folder, 'data', 'fairlead.db')))
      try {
        let ask = await open()
        const chain = startChain()
        for (let turn = 1; turn <= TURNS + 1; turn++) {
          if (turn === TURNS / 2 + 1) {
            await socket?.[Symbol.asyncDispose]()
            const before = gateway
            await before.stop()
            gateway = await spawnGateway({ yaml: stage.yaml, folder })
            ask = await open()
          }
          await chain.turn(stage.step(turn, ask))
          if (turn % TURNS_EACH === 0 && turn < TURNS + 1) measure()
        }
        expect(chain.facts).toHaveLength(4 * (TURNS + 1))
        expectLinear(sizes)
        // Who keeps the conversation itself was sent what was new, and nothing else.
        const [first] = stage.upstreams
        const short = first?.ledger.entries.filter(({ body }) => body.includes('"previous_response_id":"')) ?? []
        expect(short.length).toBeGreaterThanOrEqual(2 * TURNS_EACH - 1)
      } finally {
        await socket?.[Symbol.asyncDispose]()
        await gateway[Symbol.asyncDispose]()
      }
    },
    120_000,
  )

  it('forgets nothing when one provider after the other is gone in the middle of it', async () => {
    await using gateway = await startGateway(`${stage.yaml}health: { check: off }\n`)
    const chain = startChain()
    const ask = overHttp(gateway.url, gateway.key)
    try {
      for (let turn = 1; turn <= TURNS; turn++) {
        if (turn > 1 && (turn - 1) % TURNS_EACH === 0) stage.step(turn - 1, ask).upstream.pause({ kill: true })
        await chain.turn({ ...stage.step(turn, ask), model: 'any' })
      }
    } finally {
      await Promise.all(stage.upstreams.map(async (upstream) => await upstream.resume()))
    }
    expect(chain.facts).toHaveLength(4 * TURNS)
  }, 120_000)

  it('forgets nothing in a conversation', async () => {
    await using gateway = await startGateway(`${stage.yaml}health: { check: off }\n`)
    const made = await post(`${gateway.url}/conversations`, gateway.key, {})
    expect(made.status).toBe(200)
    const chain = startChain({ conversation: String(made.json['id']) })
    const ask = overHttp(gateway.url, gateway.key)
    for (let turn = 1; turn <= TURNS + 1; turn++) await chain.turn(stage.step(turn, ask))
    expect(chain.facts).toHaveLength(4 * (TURNS + 1))
  }, 120_000)

  it('forgets nothing on one socket that stores nothing', async () => {
    await using gateway = await startGateway(`${stage.yaml}health: { check: off }\n`)
    await using socket = await SocketClient.open(gateway.url, gateway.key)
    const chain = startChain()
    const ask = overSocket(socket)
    for (let turn = 1; turn <= TURNS + 1; turn++) {
      await chain.turn(stage.step(turn, async (body) => await ask({ ...body, store: false })))
    }
    expect(chain.facts).toHaveLength(4 * (TURNS + 1))
    expect(storedSize(gateway.databaseFile).rows).toBe(0)
  }, 120_000)
})

it('stores the turns of a client that sends the whole history each time once', async () => {
  await using gateway = await startGateway(`${stage.yaml}health: { check: off }\n`)
  const history: unknown[] = []
  const sizes: StoredSize[] = []
  for (let turn = 1; turn <= TURNS; turn++) {
    history.push({ type: 'message', role: 'user', content: `Question ${turn}: ${'words '.repeat(50)}` })
    const { response } = await askOverHttp(gateway.url, gateway.key, { model: 'm4', input: history })
    history.push(...(response['output'] as readonly unknown[]))
    if (turn % TURNS_EACH === 0) sizes.push(storedSize(gateway.databaseFile))
  }
  expectLinear(sizes)
}, 60_000)
