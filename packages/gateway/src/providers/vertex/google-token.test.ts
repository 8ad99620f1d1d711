import { generateKeyPairSync, verify } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { providerOf } from '../__fixtures__/provider.ts'
import type { ProviderAdapter } from '../adapter.ts'
import { Adapters } from '../adapters.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Google's token endpoint, as far as a service account sees it. */
let server: Server
let tokenUri = ''
let asked: URLSearchParams[] = []
let answer: (count: number) => { readonly status: number; readonly body: object }

beforeEach(async () => {
  asked = []
  answer = (count) => ({
    status: 200,
    body: { access_token: `token-${count}`, expires_in: 3600, token_type: 'Bearer' },
  })
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      asked.push(new URLSearchParams(body))
      const { status, body: reply } = answer(asked.length)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(reply))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  tokenUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function serviceAccount(): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'p',
    private_key_id: 'key-1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'robot@p.iam.gserviceaccount.com',
    token_uri: tokenUri,
  })
}

function adapterAt(clock: { offsetMs: number }): ProviderAdapter {
  const adapters = new Adapters({ now: () => Date.now() + clock.offsetMs })
  return adapters.get(providerOf('type: vertex, project: p'))
}

async function authorization(adapter: ProviderAdapter, secret: string): Promise<string | undefined> {
  const request = { secret, method: 'POST', path: '/', body: Buffer.alloc(0) } as const
  return (await adapter.sign?.(request))?.[1]
}

it('signs its claim with the key of the service account, and asks where its file says', async () => {
  const adapter = adapterAt({ offsetMs: 0 })
  expect(await authorization(adapter, serviceAccount())).toBe('Bearer token-1')
  expect(asked[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [head = '', claims = '', signature = ''] = (asked[0]?.get('assertion') ?? '').split('.')
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: 'robot@p.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: tokenUri,
  })
})

it('asks once for many requests, and then answers without waiting', async () => {
  const adapter = adapterAt({ offsetMs: 0 })
  const secret = serviceAccount()
  const all = await Promise.all(Array.from({ length: 20 }, async () => await authorization(adapter, secret)))
  expect(new Set(all)).toEqual(new Set(['Bearer token-1']))
  expect(asked).toHaveLength(1)
  const request = { secret, method: 'POST', path: '/', body: Buffer.alloc(0) } as const
  expect(adapter.sign?.(request)).toEqual(['authorization', 'Bearer token-1'])
})

it('renews a token before it ends, and nobody waits for that', async () => {
  const clock = { offsetMs: 0 }
  const adapter = adapterAt(clock)
  const secret = serviceAccount()
  await authorization(adapter, secret)
  clock.offsetMs = 3_400_000
  const renewed = once(server, 'request')
  const request = { secret, method: 'POST', path: '/', body: Buffer.alloc(0) } as const
  expect(adapter.sign?.(request)).toEqual(['authorization', 'Bearer token-1'])
  await renewed
  await expect.poll(() => adapter.sign?.(request)).toEqual(['authorization', 'Bearer token-2'])
  expect(asked).toHaveLength(2)
})

it('tells everybody of a refusal, which it meets once', async () => {
  answer = () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } })
  const adapter = adapterAt({ offsetMs: 0 })
  const secret = serviceAccount()
  const results = await Promise.allSettled([authorization(adapter, secret), authorization(adapter, secret)])
  await expect(authorization(adapter, secret)).rejects.toThrow('invalid_grant: Invalid JWT Signature.')
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(asked).toHaveLength(1)
})

it("takes the machine's own credentials where there is no secret", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-google-'))
  const before = process.env.GOOGLE_APPLICATION_CREDENTIALS
  try {
    writeFileSync(join(folder, 'subject'), 'a-token-of-another-house')
    const credentials = {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: tokenUri,
      credential_source: { file: join(folder, 'subject') },
    }
    writeFileSync(join(folder, 'adc.json'), JSON.stringify(credentials))
    process.env.GOOGLE_APPLICATION_CREDENTIALS = join(folder, 'adc.json')
    answer = (count) => ({
      status: 200,
      body: {
        access_token: `token-${count}`,
        expires_in: 3600,
        token_type: 'Bearer',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      },
    })
    expect(await authorization(adapterAt({ offsetMs: 0 }), '')).toBe('Bearer token-1')
    expect(asked[0]?.get('subject_token')).toBe('a-token-of-another-house')
  } finally {
    if (before === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS
    else process.env.GOOGLE_APPLICATION_CREDENTIALS = before
    rmSync(folder, { recursive: true })
  }
})
