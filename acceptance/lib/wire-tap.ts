// A listener between a program and the gateway that passes every byte on and notes which requests were made: the proof that
// a program which may fall back to another transport has not.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

export interface WireTap extends AsyncDisposable {
  /** To be used in place of the gateway's. */
  readonly url: string
  /** Method and path of the requests since the last time it was asked: `GET /v1/responses`. */
  takeRequests(): readonly string[]
}

const REQUEST_LINE = /^([A-Z]+ \/\S*) HTTP\/1\.1\r$/gm

export async function startWireTap(gatewayUrl: string): Promise<WireTap> {
  const { hostname, port } = new URL(gatewayUrl)
  const open = new Set<Socket>()
  let requests: string[] = []
  const server = createServer((client) => {
    const gateway = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, gateway],
      [gateway, client],
    ] as const) {
      open.add(from)
      from.once('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
    // A request line may come in two pieces.
    let text = ''
    client.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      requests.push(...[...text.matchAll(REQUEST_LINE)].map(([, line = '']) => line))
      text = text.slice(text.lastIndexOf('\n') + 1)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the wire tap has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    takeRequests() {
      const taken = requests
      requests = []
      return taken
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
