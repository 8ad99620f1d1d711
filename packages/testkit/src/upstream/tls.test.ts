import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { expect, test } from 'vitest'
import { connectRaw } from '../raw-client.ts'
import { CERTIFICATE_KINDS, testCertificate } from './certificates.ts'
import { startFakeUpstream } from './fake-upstream.ts'

/** The status of `GET /v1/models`, or the error's code. */
async function ask(url: string, ca: string | undefined): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>()
  const call = request(`${url}/models`, { ca, family: 4, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  call.end()
  return await promise
}

test.each([
  ['good', 200],
  ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)('a %s certificate gives %s to a client that trusts the authority', async (tls, outcome) => {
  await using upstream = await startFakeUpstream({ tls })
  expect(await ask(upstream.url, upstream.ca)).toBe(outcome)
})

test('a good certificate is still nothing to a client that does not know its authority', async () => {
  await using upstream = await startFakeUpstream({ tls: 'good' })
  expect(await ask(upstream.url, undefined)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  await using client = await connectRaw(upstream.port, { ca: upstream.ca ?? '' })
  await client.request('GET', '/v1/models')
  expect((await client.response()).status).toBe(200)
})

test('a stalled handshake accepts the connection and says nothing', async () => {
  await using upstream = await startFakeUpstream({ tls: 'handshake-stall' })
  expect(upstream.url).toMatch(/^https:/)
  await using client = await connectRaw(upstream.port)
  await client.send(Buffer.from([22, 3, 1, 0, 5]))
  await expect(client.until(() => client.receivedBytes > 0 || client.ended, 100)).rejects.toThrow('0 bytes came')
})

test('certificates say what they are', () => {
  for (const kind of CERTIFICATE_KINDS) {
    const { cert, ca } = testCertificate(kind)
    const certificate = new X509Certificate(cert)
    const authority = new X509Certificate(ca)
    expect(certificate.verify(authority.publicKey)).toBe(kind !== 'self-signed')
    expect(certificate.checkHost('localhost') !== undefined).toBe(kind !== 'wrong-host')
    expect(certificate.validToDate.getTime() < Date.now()).toBe(kind === 'expired')
  }
})
