// The Open Responses compliance checks over a provider of every family, and over the simulator: each body and each event is
// held to that specification and to OpenAI's own document. All checks of an upstream run at once, as the suite runs them.

import { startFakeUpstream, startSocketUpstream } from '@fairlead/testkit'
import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UPSTREAMS, type Upstream } from './compatibility/upstreams.ts'
import { MASTER_KEY, startGateway } from './support/gateway.ts'
import { overSocket } from './support/long-chain.ts'
import { askOverHttp } from './support/open-responses/ask.ts'
import { CHECKS, type Check } from './support/open-responses/checks.ts'
import { spawnGateway } from './support/processes.ts'
import { SocketClient } from './support/socket-client.ts'

interface Place extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string
  readonly key: string
  readonly model: string
}

async function startOver(upstream: Upstream): Promise<Place> {
  const fake = await startFakeUpstream(upstream.fake)
  const gateway =
    await startGateway(`providers: ${JSON.stringify([{ name: 'main', ...upstream.provider(fake.origin, 'secret') }])}
models: [{ id: public-model, targets: [{ provider: main, model: "${upstream.model}" }] }]
health: { check: off }`)
  return {
    url: gateway.url,
    key: gateway.key,
    model: 'public-model',
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

/** OpenAI with its own WebSocket mode: events of WebSocket clients come through it as they are. */
async function startOverSockets(): Promise<Place> {
  const fake = await startFakeUpstream({ openai: { reasoningField: 'none' } })
  const sockets = await startSocketUpstream({ behind: fake })
  const gateway = await startGateway(`
providers: [{ name: main, type: openai, base_url: "${sockets.url}", api_key: secret, websocket: true }]
models: [{ id: public-model, targets: [{ provider: main, model: gpt-5 }] }]
health: { check: off }`)
  return {
    url: gateway.url,
    key: gateway.key,
    model: 'public-model',
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      expect(sockets.framesOf('response.create').length).toBeGreaterThan(CHECKS.length)
      await sockets[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

/** A gateway that knows no provider, which is how everybody meets it first. */
async function startSimulator(): Promise<Place> {
  const gateway = await spawnGateway({ yaml: '' })
  return {
    url: gateway.url,
    key: MASTER_KEY,
    model: 'gpt-4o',
    [Symbol.asyncDispose]: async () => await gateway[Symbol.asyncDispose](),
  }
}

const PLACES = [
  ...UPSTREAMS.map((upstream) => ({ name: upstream.name, start: async () => await startOver(upstream) })),
  { name: 'openai, with its WebSocket mode', start: startOverSockets },
  { name: 'simulator', start: startSimulator },
]

if (loadOpenaiSchemas() === null) console.log('OpenAI’s document is absent: events are held to Open Responses alone.')

/** How a check asks. */
const WAYS: Readonly<Record<string, (place: Place, check: Check) => Promise<readonly string[]>>> = {
  HTTP: async ({ url, key, model }, { stream, run }) =>
    await run(async (body) => await askOverHttp(url, key, { model, stream: stream === true, ...body })),
  async WebSocket({ url, key, model }, { run }) {
    await using socket = await SocketClient.open(url, key)
    const ask = overSocket(socket)
    return await run(async (body) => await ask({ model, ...body }))
  },
}

describe.each(PLACES)('over $name', ({ start }) => {
  let place: Place
  const found = new Map<string, readonly string[] | Error>()

  beforeAll(async () => {
    place = await start()
    const asking = Object.entries(WAYS).flatMap(([way, ask]) =>
      CHECKS.map(async (check) => {
        const failed = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
        found.set(`${way} ${check.name}`, await ask(place, check).catch(failed))
      }),
    )
    await Promise.all(asking)
  })
  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  describe.each(Object.keys(WAYS))('by %s', (way) => {
    it.each(CHECKS)('$name', ({ name }) => {
      const flaws = found.get(`${way} ${name}`)
      if (flaws instanceof Error) throw flaws
      expect(flaws).toEqual([])
    })
  })
})
