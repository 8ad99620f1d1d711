import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutboundRequest } from '../billing/payments/outbound.ts'
import { createSendHttp } from './send-http.ts'

let server: Server
let port = 0
const asked: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/silent') return
    if (request.url === '/away') {
      response.writeHead(302, { location: '/secret' }).end()
      return
    }
    if (request.url === '/endless') {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      }
      response.on('drain', more)
      more()
      return
    }
    request.setEncoding('utf8')
    let body = ''
    request.on('data', (text: string) => (body += text))
    request.on('end', () => response.end(`${request.headers['content-length']} ${body}`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const request = (path: string, rest: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'POST',
  url: `http://127.0.0.1:${port}${path}`,
  headers: {},
  body: 'grün',
  reach: 'anywhere',
  ...rest,
})

describe('The way out', () => {
  it('sends what it is given, and reads the answer', async () => {
    expect(await createSendHttp()(request('/echo'))).toEqual({ status: 200, text: '5 grün' })
  })

  it('never leads from a customer’s URL into this network, however it is written', async () => {
    const send = createSendHttp()
    asked.length = 0
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', 'localhost', '0.0.0.0']) {
      await expect(send(request('/', { url: `http://${host}:${port}/`, reach: 'public' }))).rejects.toThrow(
        /not on the internet|connection failed/,
      )
    }
    await expect(send(request('/', { url: 'http://169.254.169.254/latest', reach: 'public' }))).rejects.toThrow(
      'not on the internet',
    )
    for (const url of ['ftp://example.com', 'file:///etc/passwd', 'nothing'])
      await expect(send(request('/', { url, reach: 'public' }))).rejects.toThrow('http or https')
    expect(asked).toEqual([])
  })

  it('follows no redirect', async () => {
    asked.length = 0
    expect((await createSendHttp()(request('/away'))).status).toBe(302)
    expect(asked).toEqual(['POST /away'])
  })

  it('waits no longer than it should, and reads no more', async () => {
    await expect(createSendHttp({ timeoutMs: 50 })(request('/silent'))).rejects.toThrow('No answer within 50 ms.')
    expect((await createSendHttp()(request('/endless'))).text).toHaveLength(1024 * 1024)
  })
})
