// One upstream of the matrix and a gateway in front of it, both in this process.

import { startFakeProvider, type FakeUpstream } from '@fairlead/testkit'
import { post, startGateway, type TestGateway } from '../support/gateway.ts'
import { ERROR_KINDS } from './aspects/errors.ts'
import { CLIENTS, type Client } from './clients.ts'
import type { Cell } from './matrix.ts'
import { readReceived } from './received/read.ts'
import type { Upstream } from './upstreams.ts'

export interface Stage extends AsyncDisposable {
  cell(client: Client, stream: boolean): Cell
}

/** The model that two deployments serve. */
export const PAIR = 'pair'
const MAIN = 'main'

export async function startStage(upstream: Upstream): Promise<Stage> {
  const fake = await startFakeProvider(upstream.fake)
  const gateway = await startGateway(configuration(upstream, fake.origin))
  return {
    cell: (client, stream) => cellOf({ upstream, fake, gateway }, client, stream),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await fake.close()
    },
  }
}

interface Parts {
  readonly upstream: Upstream
  readonly fake: FakeUpstream
  readonly gateway: TestGateway
}

function cellOf({ upstream, fake, gateway }: Parts, client: Client, stream: boolean): Cell {
  return {
    client,
    upstream,
    stream,
    fake,
    ask: async (ask, model = MAIN) => await client.sdk.ask(gateway.origin, { ...ask, stream, model, key: gateway.key }),
    async raw(body) {
      const [path, more] = client.endpoint(MAIN, stream)
      const reply = await post(`${gateway.origin}${path}`, gateway.key, { ...body, ...more })
      return reply.text
    },
    received() {
      const entry = fake.ledger.entries.findLast(({ dialect }) => dialect !== 'google-oauth')
      if (entry === undefined) throw new Error('The upstream has received nothing.')
      return readReceived(entry)
    },
    booked: async () => (await gateway.usage())[0],
    forget: () => fake.ledger.reset(),
    fragile: (kind) => fragileId(kind, client, stream),
  }
}

function fragileId(kind: string, client: Client, stream: boolean): string {
  return `${kind}.${client.name}.${stream ? 'stream' : 'json'}`
}

/** A provider of its own for whatever breaks things, so that no aspect meets what another one has broken. */
function configuration(upstream: Upstream, origin: string): string {
  const fragile = CLIENTS.flatMap((client) =>
    [false, true].flatMap((stream) => ERROR_KINDS.map((kind) => fragileId(kind, client, stream))),
  )
  const names = [MAIN, 'twin', ...fragile]
  const providers = names.map((name) => ({ name, ...upstream.provider(origin, `secret-${name}`) }))
  const target = (provider: string): object => ({ provider, model: upstream.model })
  const models = [
    { id: MAIN, targets: [target(MAIN)] },
    { id: PAIR, targets: [target(MAIN), target('twin')] },
    ...fragile.map((name) => ({ id: name, targets: [target(name)] })),
  ]
  return `providers: ${JSON.stringify(providers)}
models: ${JSON.stringify(models)}
health: { check: off }
balancer: { limit_wait_ms: 10 }
`
}
