import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { providerOf } from './__fixtures__/provider.ts'
import { checkProvider } from './health-check.ts'
import { discoverModels, listModels } from './list-models.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: (request: IncomingMessage) => { status?: number; body: string }): Promise<string> {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(request)
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each([
  [
    'openai-compatible',
    '/v1',
    '/v1/models',
    'authorization',
    'Bearer k',
    { data: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] },
  ],
  ['openai-compatible', '/v1', '/v1/models', 'authorization', 'Bearer k', [{ id: 'a' }, { id: 'b' }]],
  ['anthropic', '', '/v1/models?limit=1000', 'x-api-key', 'k', { data: [{ type: 'model', id: 'a' }, { id: 'b' }] }],
  [
    'gemini',
    '',
    '/v1beta/models?pageSize=1000',
    'x-goog-api-key',
    'k',
    {
      models: [
        { name: 'models/a', supportedGenerationMethods: ['generateContent'] },
        { name: 'models/b', supportedGenerationMethods: ['embedContent'] },
        { name: 'models/aqa', supportedGenerationMethods: ['generateAnswer'] },
      ],
    },
  ],
])('reads the list of %s', async (type, base, path, header, value, body) => {
  const seen: (string | string[] | undefined)[] = []
  const url = await serve((request) => {
    seen.push(request.url, request.headers[header])
    return { body: JSON.stringify(body) }
  })
  const provider = providerOf(`type: ${type}, base_url: "${url}${base}", api_key: k`)
  expect(await discoverModels(provider)).toEqual(['a', 'b'])
  expect(seen).toEqual([path, value])
  expect(await checkProvider(provider, 'models', 2_000)).toMatchObject({ healthy: true })
})

it('asks Azure for a sign of life, and does not believe its list', async () => {
  const url = await serve(({ url: path, headers }) => ({
    status: path === '/openai/v1/models' && headers['api-key'] === 'k' ? 200 : 500,
    body: '{"data":[{"id":"gpt-4o"}]}',
  }))
  const provider = providerOf(`type: azure-openai, base_url: "${url}", api_key: k`)
  expect(await listModels(provider, 2_000)).toMatchObject({ ok: true, ids: ['gpt-4o'] })
  expect(await discoverModels(provider)).toBeUndefined()
})

it.each(['type: bedrock, region: us-east-1, api_key: k', 'type: vertex, project: p'])(
  'connects only, where the list is at another address: %s',
  async (fields) => {
    let requests = 0
    const url = await serve(() => {
      requests += 1
      return { body: '{}' }
    })
    const provider = providerOf(`${fields}, base_url: "${url}"`)
    expect(await checkProvider(provider, 'models', 2_000)).toMatchObject({ healthy: true })
    expect(await discoverModels(provider)).toBeUndefined()
    expect(requests).toBe(0)
  },
)

it('says what is wrong: a refusal, no list, nothing there', async () => {
  const url = await serve(({ headers }) => ({ status: headers['x-api-key'] === 'good' ? 200 : 401, body: '<html>' }))
  const provider = providerOf(`type: anthropic, base_url: "${url}", api_key: bad`)
  expect(await listModels(provider, 2_000)).toMatchObject({ ok: false, status: 401, reason: 'status 401' })
  expect(await checkProvider(provider, 'models', 2_000)).toMatchObject({ healthy: true })
  expect(await listModels(provider, 2_000, 'good')).toMatchObject({
    ok: false,
    status: 200,
    reason: 'not a list of models',
  })
  const gone = providerOf('type: anthropic, base_url: "http://127.0.0.1:1", api_key: k')
  expect(await listModels(gone, 2_000)).toMatchObject({ ok: false, status: 0, reason: 'ECONNREFUSED' })
  expect(await checkProvider(gone, 'connect', 2_000)).toMatchObject({ healthy: false, reason: 'ECONNREFUSED' })
})
