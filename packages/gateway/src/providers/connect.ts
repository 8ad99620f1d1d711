// A connection to a provider's address, TLS included, and nothing else: does somebody answer there?

import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ProviderConfig } from '../config/config.ts'

/** What the system or OpenSSL says is wrong; null = it stands. Never rejects. */
export async function tryConnect(
  { baseUrl, caPem }: Pick<ProviderConfig, 'baseUrl' | 'caPem'>,
  timeoutMs: number,
): Promise<NodeJS.ErrnoException | null> {
  const url = new URL(baseUrl)
  const tls = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (tls ? 443 : 80)
  return await new Promise((resolve) => {
    const socket = tls
      ? connectTls({ host, port, servername: host, ...(caPem === undefined ? {} : { ca: caPem }) })
      : connectTcp({ host, port })
    const done = (failure: NodeJS.ErrnoException | null): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.setTimeout(timeoutMs, () => done(new Error(`no connection within ${timeoutMs} ms`)))
    socket.once(tls ? 'secureConnect' : 'connect', () => done(null))
    socket.on('error', done)
  })
}
