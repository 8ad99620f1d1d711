import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { OidcIssuers } from '../identity/people/oidc-issuer.ts'
import type { OidcConfig } from '../identity/people/people-settings.ts'
import { createAskIssuer } from './ask-issuer.ts'
import { createSendHttp } from './send-http.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: (path: string) => { status?: number; body: unknown; location?: string }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { status = 200, body, location } = answer(request.url ?? '')
    response.writeHead(status, { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) })
    response.end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  open.push(server)
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const configOf = (issuer: string): OidcConfig => ({
  name: 'company',
  title: 'The company',
  issuer,
  clientId: 'fairlead',
  clientSecret: 'secret',
  scopes: ['openid'],
  allowedDomains: [],
  autoCreate: false,
  groupsClaim: 'groups',
  groups: [],
})

const issuers = () => new OidcIssuers({ ask: createAskIssuer(createSendHttp()), now: () => 0 })
const CHECKS = { state: 's', nonce: 'n', verifier: 'v'.repeat(43), again: false }

it('an issuer may lie in this network, but nothing else that its discovery document names may', async () => {
  const neighbour = await serve(() => ({ body: { access_token: 'stolen', token_type: 'bearer' } }))
  const bad = await serve(() => ({
    body: {
      issuer: bad.url,
      authorization_endpoint: `${bad.url}/auth`,
      token_endpoint: `${neighbour.url}/token`,
      jwks_uri: `${neighbour.url}/jwks`,
    },
  }))
  const { url } = await issuers().begin(configOf(bad.url), 'http://localhost/back', false)
  expect(url.startsWith(`${bad.url}/auth?`)).toBe(true)
  const back = new URL('http://localhost/back?code=c&state=s')
  await expect(issuers().finish(configOf(bad.url), back, CHECKS)).rejects.toMatchObject({
    tableCode: 'invalid_api_key',
  })
  expect(neighbour.asked).toEqual([])
})

it('a document that speaks for another issuer, is none, or leads elsewhere is not believed', async () => {
  const other = await serve(() => ({
    body: { issuer: 'https://accounts.example', authorization_endpoint: 'https://x.example' },
  }))
  const empty = await serve(() => ({ body: [] }))
  const away = await serve(() => ({ status: 302, body: {}, location: other.url }))
  for (const { url } of [other, empty, away])
    await expect(issuers().begin(configOf(url), 'http://localhost/back', false)).rejects.toMatchObject({
      tableCode: 'service_unavailable',
    })
  expect(other.asked).toEqual(['GET /.well-known/openid-configuration'])
})
