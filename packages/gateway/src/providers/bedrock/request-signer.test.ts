import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as requestHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { providerOf } from '../__fixtures__/provider.ts'
import { Adapters } from '../adapters.ts'
import { linesAsObject, withLines } from '../header-lines.ts'
import { NodeSha256 } from './request-signer.ts'

// The figures of AWS's own signature test suite, and of the page "Create a signed AWS API request".
const SUITE = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const SUITE_DATE = new Date('2015-08-30T12:36:00Z')

async function suiteSignature(method: string, headers: Record<string, string>, body?: string): Promise<string> {
  const options = {
    service: 'service',
    region: 'us-east-1',
    credentials: SUITE,
    sha256: NodeSha256,
    applyChecksum: false,
  }
  const signed = await new SignatureV4(options).sign(
    { method, protocol: 'https:', hostname: 'example.amazonaws.com', path: '/', headers, ...(body ? { body } : {}) },
    { signingDate: SUITE_DATE },
  )
  return /Signature=(\w+)/.exec(signed.headers.authorization ?? '')?.[1] ?? ''
}

describe("node's hashes under AWS's signature", () => {
  it('give the published signatures', async () => {
    const host = 'example.amazonaws.com'
    expect(await suiteSignature('GET', { host })).toBe(
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    )
    expect(await suiteSignature('POST', { host })).toBe(
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    )
    const form = { host, 'content-type': 'application/x-www-form-urlencoded' }
    expect(await suiteSignature('POST', form, 'Param1=value1')).toBe(
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    )
  })

  it('give the published signing key', async () => {
    let key: Uint8Array | string = `AWS4${SUITE.secretAccessKey}`
    for (const part of ['20150830', 'us-east-1', 'iam', 'aws4_request']) {
      const hash: NodeSha256 = new NodeSha256(key)
      hash.update(part)
      key = await hash.digest()
    }
    expect(Buffer.from(key).toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9')
  })
})

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What Bedrock computes at its end, written down from AWS's description and from nothing else. */
function signatureOf(received: Received, secretAccessKey: string): string {
  const { authorization = '' } = received.headers
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(authorization) ?? []
  const [path = ''] = received.url.split('?')
  const canonical = [
    received.method,
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.split(';').map((name) => `${name}:${received.headers[name]?.trim()}`),
    '',
    names,
    createHash('sha256').update(received.body).digest('hex'),
  ].join('\n')
  const text = [
    'AWS4-HMAC-SHA256',
    received.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ]
  let key: Buffer | string = `AWS4${secretAccessKey}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(text.join('\n')).digest('hex')
}

async function post(fields: string, model: string, body: Buffer): Promise<Received> {
  const received = Promise.withResolvers<Received>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received.resolve({ method, url, headers: headers as Record<string, string>, body: Buffer.concat(chunks) })
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const config = providerOf(`type: bedrock, region: eu-west-1, base_url: "http://127.0.0.1:${port}", ${fields}`)
    const adapter = new Adapters().get(config)
    const secret = config.apiKeys[0] ?? ''
    const path = adapter.path('bedrock-converse', 'generate', model) ?? ''
    const signed = (await adapter.sign?.({ secret, method: 'POST', path, body })) ?? []
    const headers = withLines(adapter.headers(secret, 'bedrock-converse'), linesAsObject(signed))
    requestHttp({ host: '127.0.0.1', port, path, method: 'POST', headers: linesAsObject(headers) }).end(body)
    return await received.promise
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('a request to Bedrock', () => {
  const model = 'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0'
  const body = Buffer.from('{"messages":[{"role":"user","content":[{"text":"grüß dich"}]}]}')

  it('carries the signature that Bedrock computes, over its path, host, type and body', async () => {
    const received = await post('access_key_id: AKIA, secret_access_key: "s/e+cret"', model, body)
    const { authorization = '' } = received.headers
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/bedrock\/aws4_request, /)
    expect(authorization).toContain('SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,')
    expect(/Signature=(\w+)/.exec(authorization)?.[1]).toBe(signatureOf(received, 's/e+cret'))
    expect(received.headers).not.toHaveProperty('x-amz-security-token')
  })

  it('signs the token of temporary credentials, too', async () => {
    const received = await post('access_key_id: A, secret_access_key: s, session_token: t', model, body)
    expect(received.headers['x-amz-security-token']).toBe('t')
    expect(received.headers.authorization).toContain('x-amz-security-token')
    expect(/Signature=(\w+)/.exec(received.headers.authorization ?? '')?.[1]).toBe(signatureOf(received, 's'))
  })

  it('carries a bearer key as it is', async () => {
    const received = await post('api_key: k', model, body)
    expect(received.headers.authorization).toBe('Bearer k')
    expect(received.headers).not.toHaveProperty('x-amz-date')
  })

  it('finds the key pair where AWS puts it when the configuration has none', async () => {
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const
    const before = names.map((name) => process.env[name])
    try {
      process.env.AWS_ACCESS_KEY_ID = 'AKIAENV'
      process.env.AWS_SECRET_ACCESS_KEY = 'of-the-environment'
      delete process.env.AWS_SESSION_TOKEN
      const received = await post('max_connections: 8', model, body)
      expect(received.headers.authorization).toContain('Credential=AKIAENV/')
      expect(/Signature=(\w+)/.exec(received.headers.authorization ?? '')?.[1]).toBe(
        signatureOf(received, 'of-the-environment'),
      )
    } finally {
      for (const [index, name] of names.entries()) {
        const value = before[index]
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })
})

it("has the paths of AWS's own client", async () => {
  const paths: string[] = []
  const client = new BedrockRuntimeClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { readonly path: string }) => {
        paths.push(request.path)
        return await Promise.reject(new Error('far enough'))
      },
    },
  })
  const adapter = new Adapters().get(providerOf('type: bedrock, region: eu-west-1'))
  const models = ['amazon.nova-pro-v1:0', 'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0']
  const ours = models.flatMap((model) => [
    adapter.path('bedrock-converse', 'generate', model),
    adapter.path('anthropic-messages', 'stream', model),
  ])
  for (const modelId of models) {
    await client.send(new ConverseCommand({ modelId, messages: [] })).catch(() => undefined)
    await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body: '{}' })).catch(() => undefined)
  }
  expect(paths).toEqual(ours)
})
