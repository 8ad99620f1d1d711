import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Conversation, Part } from '../core/conversation.ts'
import { bareConversation } from '../core/__fixtures__/bare-conversation.ts'
import { hasRemoteMedia, MEDIA_LIMITS, withFetchedMedia, type MediaLimits } from './fetch-media.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let server: Server
let origin = ''
let asked: string[] = []
const never = new AbortController().signal
const NONE: ReadonlySet<Part['type']> = new Set()
const LIMITS: MediaLimits = { ...MEDIA_LIMITS, signal: never, hold: () => true }
const LOOPBACK: MediaLimits = { ...LIMITS, isAllowed: (address) => address === '127.0.0.1' }

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    switch (request.url) {
      case '/a.png':
        response.writeHead(200, { 'content-type': 'image/png; charset=binary' }).end(PNG)
        break
      case '/to-a':
        response.writeHead(302, { location: '/a.png' }).end()
        break
      case '/to-metadata':
        response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
        break
      case '/round':
        response.writeHead(302, { location: '/round' }).end()
        break
      case '/page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')
        break
      case '/endless':
        response.writeHead(200, { 'content-type': 'image/png' })
        for (let sent = 0; sent < 40; sent += 1) response.write(Buffer.alloc(1024))
        response.end()
        break
      case '/silent':
        break
      default:
        response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const asking = (...parts: Part[]): Conversation => bareConversation([{ role: 'user', parts }])

const image = (url: string, at = 'messages[0].content[1]'): Part => ({
  type: 'image',
  at,
  source: { kind: 'url', url },
})

async function refusal(url: string, limits = LOOPBACK): Promise<string> {
  const error: unknown = await withFetchedMedia(asking(image(url)), NONE, limits).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'invalid_request', param: 'messages[0].content[1]' })
  return String((error as Error).message)
}

describe('media that a request names by URL', () => {
  it('become bytes, once for each address, in tool results too', async () => {
    asked = []
    const result: Part = {
      type: 'tool-result',
      at: 'messages[2]',
      callId: 'c',
      kind: 'function',
      isError: false,
      parts: [image(`${origin}/a.png`)],
    }
    const conversation = asking(image(`${origin}/a.png`), image(`${origin}/to-a`), result)
    expect(hasRemoteMedia(conversation, NONE)).toBe(true)
    const { turns } = await withFetchedMedia(conversation, NONE, LOOPBACK)
    const source = { kind: 'base64', mediaType: 'image/png', data: PNG.toString('base64') }
    expect(turns[0]?.parts).toMatchObject([{ source }, { source }, { parts: [{ source }] }])
    expect(asked.toSorted()).toEqual(['/a.png', '/a.png', '/to-a'])
  })

  it('are never fetched from addresses that are not on the internet, however they are reached', async () => {
    asked = []
    expect(await refusal(`${origin}/a.png`, LIMITS)).toContain('not on the internet')
    expect(await refusal(`http://localhost:${origin.split(':')[2]}/a.png`, LIMITS)).toMatch(
      /not on the internet|failed/,
    )
    expect(await refusal('http://[::ffff:127.0.0.1]/a.png', LIMITS)).toContain('not on the internet')
    expect(await refusal('http://2130706433/a.png', LIMITS)).toContain('not on the internet')
    expect(asked).toEqual([])
    expect(await refusal(`${origin}/to-metadata`)).toContain('not on the internet')
  })

  it('are refused with the reason: pages, errors, loops, too much, too slow, passwords', async () => {
    expect(await refusal(`${origin}/page`)).toContain('text/html')
    expect(await refusal(`${origin}/none`)).toContain('404')
    expect(await refusal(`${origin}/round`)).toContain('redirects')
    expect(await refusal(`${origin}/endless`, { ...LOOPBACK, maxBytes: 10_000 })).toContain('larger than 10000 bytes')
    expect(await refusal(`${origin}/silent`, { ...LOOPBACK, timeoutMs: 50 })).toContain('50 ms')
    expect(await refusal(origin.replace('//', '//user:secret@'))).toContain('password')
  })

  it('stay as they are where the upstream takes them by URL', async () => {
    asked = []
    const conversation = asking(image(`${origin}/a.png`))
    const taken = new Set(['image'] as const)
    expect(hasRemoteMedia(conversation, taken)).toBe(false)
    expect(await withFetchedMedia(conversation, taken, LOOPBACK)).toEqual(conversation)
    expect(asked).toEqual([])
  })

  it('are not fetched beyond what the process may hold', async () => {
    let left = 1_000
    const hold = (bytes: number): boolean => (left -= bytes) >= 0
    expect(await refusal(`${origin}/endless`, { ...LOOPBACK, hold })).toContain('holds as many bytes as it may')
  })

  it('leave a request with too many of them unanswered', async () => {
    const many = Array.from({ length: 21 }, (_, index) => image(`${origin}/${index}`))
    await expect(withFetchedMedia(asking(...many), NONE, LOOPBACK)).rejects.toThrow(/21 addresses/)
  })
})
