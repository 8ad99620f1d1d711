// A real issuer in a process of its own: oidc-provider, which is certified by the OpenID Foundation. Told by its
// environment which people there are and where they may be sent back to; prints its address when it listens.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

type Claims = Readonly<Record<string, unknown>>

const redirectUris = (process.env['ISSUER_REDIRECTS'] ?? '').split(' ')
/** Changed by POST /people: somebody leaves a group, or gets another address. */
let people = JSON.parse(process.env['ISSUER_PEOPLE'] ?? '{}') as Record<string, Claims>

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const provider = new Provider(url, {
  clients: [
    {
      client_id: 'fairlead',
      client_secret: 'the secret of the client',
      redirect_uris: redirectUris,
      post_logout_redirect_uris: redirectUris.map((uri) => `${new URL(uri).origin}/`),
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  cookies: { keys: ['not secret: this issuer lives for one test'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  // Everybody agrees to everything: consent is not what is tried here.
  async loadExistingGrant(context) {
    const { client, session, params } = context.oidc
    const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' })
    const scope = params?.['scope']
    grant.addOIDCScope(typeof scope === 'string' ? scope : 'openid')
    await grant.save()
    return grant
  },
})
const answer = provider.callback()
server.on('request', (request, response) => {
  if (request.url !== '/people') {
    void answer(request, response)
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => (body += text))
  request.on('end', () => {
    people = JSON.parse(body) as Record<string, Claims>
    response.end()
  })
})
console.log(`issuer ${url}`)
