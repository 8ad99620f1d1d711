import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from '../../config/load-config.ts'
import { checkProviders } from './check-providers.ts'

let server: Server
let url = ''

beforeEach(async () => {
  server = createServer((request, response) => {
    const { 'x-api-key': key, 'x-goog-api-key': googleKey } = request.headers
    response.writeHead(key === 'good' || googleKey === 'good' ? 200 : 401).end('{"data":[]}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function examine(fields: string): Promise<string> {
  const text = `providers: [{ name: p, base_url: "${url}", ${fields} }]`
  const { config } = loadConfig({ text, fileName: 'fairlead.yaml', env: {}, overrides: {} })
  const findings = await checkProviders(config, true)
  return findings.map((finding) => `${finding.level} ${finding.text}`).join('\n')
}

it('tries a key in the header where its provider looks for it', async () => {
  expect(await examine('type: anthropic, api_keys: [good, bad]')).toMatch(
    /good p#1: the key works\.\nbad p#2: the provider refuses the key \(401\)\./,
  )
  expect(await examine('type: gemini, api_key: good')).toContain('good p: the key works.')
})

it('sees whether there are credentials to sign with, where there is no list to ask for', async () => {
  const signing = await examine('type: bedrock, region: us-east-1, access_key_id: a, secret_access_key: b')
  expect(signing).toContain('good p: there are credentials to sign requests with.')
  const key = '-----BEGIN PRIVATE KEY-----\\\\nx\\\\n-----END PRIVATE KEY-----'
  const account = `{\\"client_email\\":\\"a@b\\",\\"private_key\\":\\"${key}\\",\\"token_uri\\":\\"${url}/token\\"}`
  const broken = await examine(`type: vertex, project: p, credentials: "${account}"`)
  expect(broken).toMatch(/^bad p: no credentials: /m)
  expect(broken).not.toContain('PRIVATE KEY')
})
