import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { bareProvider } from '../config/env-providers.ts'
import { loadConfig } from '../config/load-config.ts'
import { discoverModels } from './list-models.ts'
import { findLocalServers } from './local-servers.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function list(...ids: string[]): RequestListener {
  return (request, response) => {
    response.statusCode = request.url === '/v1/models' ? 200 : 404
    response.end(JSON.stringify({ object: 'list', data: ids.map((id) => ({ id })) }))
  }
}

it('finds the servers that list a model, and passes over everything else', async () => {
  const good = await serve(list('llama3.2', 'models/gemma', 'llama3.2', 'bad id'))
  const silent = await serve(() => {})
  const page = await serve((_, response) => response.end('<html>'))
  const empty = await serve(list())
  const closed = await serve(list('x'))
  servers.pop()?.close()
  const own = await serve(list('never-asked'))
  const known = Object.entries({ good, silent, page, empty, closed, own }).map(([name, port]) => ({
    name,
    title: name,
    port,
  }))

  const found = await findLocalServers({ ownPort: own, servers: known, timeoutMs: 200 })
  expect(found.map(({ provider, modelIds }) => [provider.name, provider.baseUrl, modelIds])).toEqual([
    ['good', `http://127.0.0.1:${good}/v1`, ['llama3.2', 'gemma']],
  ])

  const { config, notices } = loadConfig({ text: null, fileName: '', env: {}, overrides: {}, localServers: found })
  expect(config.providers.map((provider) => provider.name)).toEqual(['good'])
  expect(config.models.map((model) => [model.id, model.price])).toEqual([
    ['llama3.2', undefined],
    ['gemma', undefined],
  ])
  expect(notices).toEqual([`good, good at http://127.0.0.1:${good}/v1`])
})

it('sends the key and the headers of a provider, and gives up on an error', async () => {
  const seen: (string | undefined)[] = []
  const port = await serve((request, response) => {
    seen.push(request.headers.authorization, String(request.headers['x-org']))
    list('a')(request, response)
  })
  const provider = {
    ...bareProvider(),
    name: 'here',
    type: 'openai-compatible' as const,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKeys: ['k'],
    anyModel: true,
    headers: { 'x-org': 'o' },
  }
  expect(await discoverModels(provider)).toEqual(['a'])
  expect(seen).toEqual(['Bearer k', 'o'])
  expect(await discoverModels({ ...provider, baseUrl: `http://127.0.0.1:${port}/v2` })).toBeUndefined()
  expect(await discoverModels({ ...provider, baseUrl: 'not an address' })).toBeUndefined()
})
